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
});
