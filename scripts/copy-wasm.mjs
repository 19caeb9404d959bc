// The binaries as files beside the bundles, for hosts that import modules instead of compiling bytes; typed as what they
// are there. (A bundler that makes a URL of them has a suffix for that, and types for the suffix.)
import { copyFileSync, writeFileSync } from "node:fs";
import { BINARIES } from "./families.mjs";

const TYPES = `import type { WasmModule } from "./index.js";
declare const module: WasmModule;
export default module;
`;

for (const name of BINARIES) {
  copyFileSync(`build/${name}`, `dist/${name}`);
  writeFileSync(`dist/${name}.d.ts`, TYPES);
}
