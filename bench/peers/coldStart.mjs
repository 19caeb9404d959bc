/** What a first softmax costs, loading included: fresh processes of every contender in turn, beside empty ones. */
import { fileURLToPath } from "node:url";
import { median } from "../rounds.mjs";
import { printed } from "./processes.mjs";

const SCRIPT = fileURLToPath(new URL("firstResult.mjs", import.meta.url));

/** @returns for each contender ms by the clock and of CPU beyond an empty process's, medians over starts; or why it does not run */
export function coldStart(contenders, binary, starts) {
  console.error("first results");
  const runs = new Map([undefined, ...contenders.map(({ id }) => id)].map((id) => [id, []]));
  for (let i = 0; i < starts; i++) {
    for (const [id, of] of runs) of.push(printed(binary, [SCRIPT, ...(id === undefined ? [] : [id])]));
  }
  const over = (of, field) => median(of.map((run, i) => run[field] - runs.get(undefined)[i][field]));
  return contenders.map(({ id }) => {
    const of = runs.get(id);
    const failed = of.find((run) => "failed" in run);
    return { contender: id, ...(failed ?? { wallMs: over(of, "wallMs"), cpuMs: over(of, "cpuMs") }) };
  });
}
