/** Attention over the words, and the numbers of each pair on their way to a weight. */
import { attention } from "softmax-wasm";
import type { State, Values } from "../page/state";
import { choice, flag, number, text } from "../page/state";
import { MOST_WORDS, vectors, wordsOf } from "./words";

/** A slider's end at which it is off. */
export const NO_SINK = -6;

export const FIELDS = {
  text: text("the cat sat on the mat because the cat was tired", 200),
  width: choice("64", ["4", "16", "64", "256"]),
  root: flag(true),
  causal: flag(true),
  window: number(MOST_WORDS, 0, MOST_WORDS, 1),
  alibi: number(0, 0, 1, 0.05),
  sink: number(NO_SINK, NO_SINK, 6, 0.5),
};
export type AttentionState = State<typeof FIELDS>;

export interface Weighed {
  readonly words: readonly string[];
  /** [words, words] */
  readonly products: Float32Array;
  readonly weights: Float32Array;
  /** of each row, that of the sink included */
  readonly entropies: readonly number[];
  /** what the sink takes of each row */
  readonly sunk: readonly number[];
}

/** The options that are on, as the package takes them. */
export function given({ width, root, causal, window, alibi, sink }: Values<typeof FIELDS>) {
  return {
    headDim: Number(width),
    scale: root ? undefined : 1,
    causal: causal || undefined,
    window: window < MOST_WORDS ? window : undefined,
    alibi: alibi > 0 ? Float32Array.of(alibi) : undefined,
    sinks: sink > NO_SINK ? Float32Array.of(sink) : undefined,
  };
}

export function weigh(values: Values<typeof FIELDS>): Weighed {
  const words = wordsOf(values.text);
  const n = words.length;
  const width = Number(values.width);
  const { q, k } = vectors(words, width);
  const weights = new Float32Array(n * n);
  if (n > 0) attention(q, k, k, { ...given(values), weights });
  const rows = words.map((_, i) => weights.subarray(i * n, (i + 1) * n));
  const sunk = rows.map((row) => (values.sink > NO_SINK ? Math.max(0, 1 - row.reduce((a, b) => a + b, 0)) : 0));
  return {
    words,
    products: Float32Array.from({ length: n * n }, (_, at) => dot(q, k, Math.floor(at / n), at % n, width)),
    weights,
    sunk,
    entropies: rows.map((row, i) => [...row, sunk[i]].reduce((h, p) => (p > 0 ? h - p * Math.log(p) : h), 0)),
  };
}

function dot(q: Float32Array, k: Float32Array, i: number, j: number, width: number): number {
  let sum = 0;
  for (let d = 0; d < width; d++) sum += q[i * width + d] * k[j * width + d];
  return sum;
}
