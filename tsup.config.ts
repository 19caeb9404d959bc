import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/index.ts", "src/js.ts"],
  format: ["esm", "cjs"],
  platform: "neutral",
  target: "es2022",
  dts: true,
  clean: true,
  minify: true,
  splitting: false,
  noExternal: ["@assemblyscript/loader"],
  esbuildOptions(options) {
    // Its ES module: a require() would take the UMD one, which hands itself to any AMD loader it meets, webpack's included.
    options.alias = { "@assemblyscript/loader": "./node_modules/@assemblyscript/loader/index.js" };
  },
});
