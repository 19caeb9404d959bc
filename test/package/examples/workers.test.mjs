/** Attention divided between workers. */
import { expect, it } from "vitest";
import { printed } from "./run.mjs";

it("workers.mjs merges what two workers found", () => {
  const [, off] = /differ by at most (\S+);/.exec(printed("workers.mjs"));
  expect(Number(off)).toBeLessThan(2e-6);
});
