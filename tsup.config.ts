import { resolve } from "node:path";
import { defineConfig, type Options } from "tsup";

/**
 * The doors in front of the main one import it by its name: one default runtime, and no second copy of the kernels. The script of the
 * pool's workers has all in itself: a worker finds no package by its name.
 */
const mainDoor: NonNullable<Options["esbuildPlugins"]>[number] = {
  name: "main door",
  setup(build) {
    build.onResolve({ filter: /\/index$/ }, ({ importer, kind, path, resolveDir }) => {
      if (kind === "entry-point" || resolve(resolveDir, path) !== resolve("src/index")) return undefined;
      if (importer === resolve("src/pool-worker.ts")) return undefined;
      return { path: "softmax-wasm", external: true };
    });
  },
};

/** What knows the place of the pool's worker script, which CommonJS learns otherwise. */
const placeOfScript: NonNullable<Options["esbuildPlugins"]>[number] = {
  name: "place of script",
  setup(build) {
    if (build.initialOptions.format !== "cjs") return;
    build.onResolve({ filter: /\/script$/ }, ({ importer }) =>
      importer === resolve("src/pool/host.ts") ? { path: resolve("src/pool/script.commonjs.ts") } : undefined,
    );
  },
};

export default defineConfig({
  entry: ["src/index.ts", "src/js.ts", "src/modules.ts", "src/transformers.ts", "src/pool.ts", "src/pool-worker.ts"],
  format: ["esm", "cjs"],
  platform: "neutral",
  target: "es2022",
  dts: true,
  clean: true,
  splitting: false,
  noExternal: ["@assemblyscript/loader"],
  // The workers' script exports nothing, and is a module all the same.
  footer: ({ format }) => (format === "esm" ? { js: "export {};" } : {}),
  esbuildOptions(options) {
    // Node prints the line that throws. Strings go on behind a backslash at its end: the binaries, without a concatenation.
    options.lineLimit = 160;
    // Its ES module: a require() would take the UMD one, which hands itself to any AMD loader it meets, webpack's included.
    options.alias = { "@assemblyscript/loader": "./node_modules/@assemblyscript/loader/index.js" };
  },
  esbuildPlugins: [mainDoor, placeOfScript],
});
