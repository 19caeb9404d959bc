// The binaries as files beside the bundles, for hosts that import modules instead of compiling bytes.
import { copyFileSync } from "node:fs";

for (const name of ["kernels", "kernels-relaxed"]) copyFileSync(`build/${name}.wasm`, `dist/${name}.wasm`);
