/** The example for users of transformers.js. */
import { expect, it } from "vitest";
import { printed } from "./run.mjs";

it("transformers.mjs draws what the wrapped library would, and topP keeps fewer tokens the smaller it is", () => {
  const text = printed("transformers.mjs");
  expect(text).toMatch(/^softmax\(Float32Array\) +Float32Array +0\.65900/m);
  const drawn = [...text.matchAll(/^ +\d+ +probability (\S+) among those drawn from +log-probability (\S+) /gm)];
  expect(drawn.length).toBe(6);
  for (const [, prob, logProb] of drawn) expect(Number(prob)).toBeGreaterThanOrEqual(Math.exp(Number(logProb)) - 1e-3);
  const [, odd, even] = text.match(/^two texts, a mask each +(\d+(?: \d+){5}) {6}(\d+(?: \d+){5})$/m);
  for (const id of odd.split(" ").map(Number)) expect([15, 17, 19, 21, 23]).toContain(id);
  for (const id of even.split(" ").map(Number)) expect([16, 18, 20, 22, 24]).toContain(id);
  const distinct = [...text.matchAll(/^ {2}top_p \S+ +(\d+)$/gm)].map(([, n]) => Number(n));
  expect(distinct.length).toBe(4);
  expect(distinct).toEqual(distinct.toSorted((a, b) => b - a));
  expect(distinct[0]).toBeGreaterThan(10 * distinct[3]);
});
