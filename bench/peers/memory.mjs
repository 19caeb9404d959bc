/** What a softmax of 250 MiB takes beside its input, and what is still held after it: a process for each contender. */
import { fileURLToPath } from "node:url";
import { printed } from "./processes.mjs";

const SCRIPT = fileURLToPath(new URL("held.mjs", import.meta.url));

/** @returns for each contender MiB beyond the input's: at most, and after; or why it does not run */
export function memory(contenders, binary) {
  console.error("memory");
  return contenders.map(({ id }) => ({ contender: id, ...printed(binary, ["--expose-gc", SCRIPT, id]) }));
}
