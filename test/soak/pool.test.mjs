/** A million calls of a pool, and a thousand pools, or CALLS=N and POOLS=N of them: memory and threads stay where they were. Reads dist/. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { relaxedNode } from "../../scripts/engines.mjs";

const CALLS = process.env.CALLS ?? "1000000";
const POOLS = process.env.POOLS ?? (process.env.CI ? "250" : "1000");

/** What may be left, in bytes. A worker that stays would be 10 MB and more, and a thread. */
const MOST = { heapUsed: 1 << 20, external: 1 << 20, arrayBuffers: 1 << 20, rss: 48 << 20, threads: 3 };

it("memory and threads stay where they were in pools", async () => {
  const { stdout } = await promisify(execFile)(relaxedNode(), ["--expose-gc", "test/soak/pools.mjs", CALLS, POOLS]);
  const left = JSON.parse(stdout);
  for (const [what, count] of [
    ["calls", CALLS],
    ["pools", POOLS],
  ]) {
    const grown = left[what];
    const figures = Object.keys(MOST).map((name) =>
      name === "threads" ? `threads ${grown.threads}` : `${name} ${(grown[name] / 1024).toFixed(0)} KiB`,
    );
    console.log(`${count} ${what}, grown by ${figures.join(", ")}`);
    for (const [name, most] of Object.entries(MOST))
      expect(grown[name], `${name} of ${what}`).toBeLessThanOrEqual(most);
  }
});
