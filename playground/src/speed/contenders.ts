/** Who takes part. */
import { startWorker } from "../page/workers";
import type { Kind } from "./work";

export interface Contender {
  readonly id: string;
  readonly name: string;
  /** in brackets behind the name */
  readonly note: string;
  start(): Worker;
}

const own = (id: string, name: string, note: string): Contender => ({
  id,
  name,
  note,
  start: () => startWorker("speed"),
});

const PLAIN: Record<Kind, string> = {
  softmax: "a loop over Math.exp",
  attention: "three loops",
  sample: "a sort of everything",
};

const tensorflow: Contender = {
  id: "tensorflow",
  name: "TensorFlow.js",
  note: "its WebAssembly",
  start: () => new Worker(new URL("./tensorflow.ts", import.meta.url), { type: "module", name: "tensorflow" }),
};

const pool: Contender = {
  id: "pool",
  name: "pool",
  note: "several threads",
  start: () => new Worker(new URL("./pool.ts", import.meta.url), { type: "module", name: "pool" }),
};

/** The plain one first: it is what the others are measured by. */
export function contendersOf(kind: Kind, withPool: boolean, withTensorflow: boolean): Contender[] {
  return [
    own("plain", "plain JavaScript", PLAIN[kind]),
    own("js", "js", "this package"),
    own("wasm", "wasm", "this package"),
    own("wasm-relaxed", "wasm-relaxed", "this package"),
    ...(withPool ? [pool] : []),
    ...(withTensorflow ? [tensorflow] : []),
  ];
}
