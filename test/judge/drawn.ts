/** How many cases a test draws at random. */
import { inject } from "vitest";
import { ENGINE } from "./backends";

/** Between them Node 20 and Node 24 have every backend: there all are drawn, on other engines a quarter. No test is left out. */
const ALL = ["Node 20", "Node 24"].includes(inject("engine") ?? ENGINE);

/** @param count  on the engines that draw all */
export const drawn = (count: number): number => (ALL ? count : Math.ceil(count / 4));
