/** How much of what a test could try it tries. */
import { inject } from "vitest";
import { ENGINE } from "./backends";

/** Node 20 and Node 24 have every backend between them, and try everything. These try a quarter; no test is left out. */
const OTHERS = ["Node 22", "Node 26", "Node 24, unfused", "Bun", "Deno", "Chromium", "Firefox", "WebKitGTK"];
const PLACE = OTHERS.indexOf(inject("engine") ?? ENGINE);

/** @param count  on the engines that try everything */
export const drawn = (count: number): number => (PLACE < 0 ? count : Math.ceil(count / 4));

/** The engine's share of these cases: all, or every fourth, from another one on than the engine next to it in the list. */
export const some = <T>(cases: readonly T[]): readonly T[] =>
  PLACE < 0 ? cases : cases.filter((_, i) => i % 4 === PLACE % Math.min(4, cases.length));
