/** A million calls of every kind on each backend, or CALLS=N of them: memory stays where it was. Reads dist/: build first. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { relaxedNode } from "../../scripts/engines.mjs";

const CALLS = process.env.CALLS ?? "1000000";

/** What may be left of a million calls, in bytes; one float of each would be 4 MB. */
const MOST = { heapUsed: 1 << 20, external: 1 << 20, arrayBuffers: 1 << 20, rss: 16 << 20 };

const node = (backend) => (backend === "wasm-relaxed" ? relaxedNode() : process.execPath);

it.concurrent.each(["wasm-relaxed", "wasm", "js"])("memory stays where it was on %s", async (backend) => {
  const args = ["--expose-gc", "test/soak/calls.mjs", backend, CALLS];
  const { stdout } = await promisify(execFile)(node(backend), args);
  const { grown, mark } = JSON.parse(stdout);
  const figures = Object.keys(MOST).map((name) => `${name} ${(grown[name] / 1024).toFixed(0)} KiB`);
  console.log(`${backend}: ${CALLS} calls, grown by ${figures.join(", ")}`);
  for (const [name, most] of Object.entries(MOST)) expect(grown[name], name).toBeLessThanOrEqual(most);
  expect(mark.end, "the heap's mark").toBe(mark.start);
});
