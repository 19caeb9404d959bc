import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

/** `import bytes from "./file?bytes"`: a file as a Uint8Array, in browsers as anywhere. */
const bytes = {
  name: "bytes",
  enforce: "pre" as const,
  load(id: string) {
    const [file, query] = id.split("?");
    if (query !== "bytes") return undefined;
    return `export default Uint8Array.from(atob("${readFileSync(file, "base64")}"), (c) => c.charCodeAt(0));`;
  },
};

export default defineConfig({
  plugins: [bytes],
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    maxWorkers: "100%", // one core less otherwise: half of a small machine
    provide: { engine: process.env.SOFTMAX_WASM_ENGINE }, // what scripts/test.mjs means to run on: test/house/engine.test.ts
  },
});
