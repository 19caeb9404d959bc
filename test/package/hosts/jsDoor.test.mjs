/** dist/js.*, searched for what WebAssembly would need: its name, or binaries, which are long strings without a quote. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, it } from "vitest";

it.each(["js.js", "js.cjs"])("dist/%s has no WebAssembly in it", (file) => {
  const code = readFileSync(join(inject("project"), "node_modules/softmax-wasm/dist", file), "utf8");
  const found = code.replaceAll("\\\n", "").match(/WebAssembly|"[^"'`\\$<\n]{1000,}"/);
  expect(found?.[0].slice(0, 20)).toBeUndefined();
});
