/** A million calls of every kind on each backend, or CALLS=N of them: memory stays where it was. Reads dist/: build first. */
import { expect, it } from "vitest";
import { relaxedNode } from "../../scripts/engines.mjs";
import { execute } from "../../scripts/execute.mjs";

const CALLS = process.env.CALLS ?? "1000000";

/** What may be left of a million calls, in bytes; one float of each would be 4 MB. */
const MOST = { heapUsed: 1 << 20, external: 1 << 20, arrayBuffers: 1 << 20, rss: 16 << 20 };

it.each([
  ["wasm-relaxed", relaxedNode],
  ["wasm", () => process.execPath],
  ["js", () => process.execPath],
])("%s", (backend, node) => {
  const { grown, mark } = JSON.parse(execute(node(), ["--expose-gc", "test/soak/calls.mjs", backend, CALLS]).stdout);
  const figures = Object.keys(MOST).map((name) => `${name} ${(grown[name] / 1024).toFixed(0)} KiB`);
  console.log(`${backend}: ${CALLS} calls, grown by ${figures.join(", ")}`);
  for (const [name, most] of Object.entries(MOST)) expect(grown[name], name).toBeLessThanOrEqual(most);
  expect(mark.end, "the heap's mark").toBe(mark.start);
});
