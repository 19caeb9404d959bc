// The binaries as files beside the bundles, for hosts that import modules instead of compiling bytes; typed as what they
// are there. (A bundler that makes a URL of them has a suffix for that, and types for the suffix.)
import { copyFileSync, writeFileSync } from "node:fs";

const TYPES = `import type { WasmModule } from "./index.js";
declare const module: WasmModule;
export default module;
`;

for (const name of ["rows", "sparse", "attention", "vocabulary"].flatMap((family) => [family, `${family}-relaxed`])) {
  copyFileSync(`build/${name}.wasm`, `dist/${name}.wasm`);
  writeFileSync(`dist/${name}.wasm.d.ts`, TYPES);
}
