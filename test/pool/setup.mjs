// Once before the unit tests: the script of a pool's workers, bundled from the sources into build/ as the package's own is into dist/.
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "tsup";

export default async function setup() {
  mkdirSync("build", { recursive: true });
  const folder = mkdtempSync("build/pool-"); // of this run: others may run at the same time
  await build({
    config: false,
    silent: true,
    entry: ["src/pool-worker.ts"],
    format: ["esm"],
    outDir: folder,
    outExtension: () => ({ js: ".js" }),
    platform: "neutral",
    target: "es2022",
    noExternal: ["@assemblyscript/loader"],
    esbuildOptions(options) {
      options.alias = { "@assemblyscript/loader": "./node_modules/@assemblyscript/loader/index.js" };
    },
  });
  renameSync(join(folder, "pool-worker.js"), "build/pool-worker.js");
  rmSync(folder, { recursive: true });
}
