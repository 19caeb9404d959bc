/** What is timed: inputs from a seed, the definition in float64 to judge by, and the call of a runtime of this package. */
import { type Runtime, seeded } from "softmax-wasm";

export const KINDS = ["softmax", "attention", "sample"] as const;
export type Kind = (typeof KINDS)[number];

export const SIZES: Record<Kind, readonly number[]> = {
  softmax: [1000, 32000, 151936],
  attention: [64, 128, 256],
  sample: [32000, 151936],
};
export const HEADS = 4;
export const HEAD_DIM = 64;
export const SAMPLING = { temperature: 0.8, topK: 50, topP: 0.95 };

export interface Work {
  readonly kind: Kind;
  readonly size: number;
  /** logits, or queries, keys and values [HEADS, size, HEAD_DIM] */
  readonly arrays: readonly Float32Array[];
}

export function workOf(kind: Kind, size: number): Work {
  const random = seeded(1);
  const length = kind === "attention" ? HEADS * size * HEAD_DIM : size;
  const spread = kind === "attention" ? 1 : 3;
  const floats = (): Float32Array =>
    Float32Array.from(
      { length },
      () => spread * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
    );
  return { kind, size, arrays: kind === "attention" ? [floats(), floats(), floats()] : [floats()] };
}

/** The number that a draw takes: always the same, so that all contenders draw the same token. */
export const DRAWN = 0.5;

/** The call of the package, with everything it needs made before. */
export function callOf(runtime: Runtime, { kind, arrays }: Work): () => ArrayLike<number> {
  const [q, k, v] = arrays;
  const out = new Float32Array(q.length);
  if (kind === "softmax") return () => runtime.softmax(q, { out });
  if (kind === "attention") return () => runtime.attention(q, k, v, { heads: HEADS, headDim: HEAD_DIM, out });
  const options = { ...SAMPLING, random: () => DRAWN };
  return () => [runtime.sample(q, options).index];
}

/** What a float of the result costs is told in ns for softmax; others are told by the call. */
export const floatsOf = ({ kind, size }: Work): number => (kind === "softmax" ? size : 1);

/** In words, with its sizes. */
export function nameOf(kind: Kind, size: number): string {
  if (kind === "softmax") return `softmax of ${size} floats`;
  if (kind === "sample") {
    const { temperature, topK, topP } = SAMPLING;
    return `a draw from ${size} logits: temperature ${temperature}, top-k ${topK}, top-p ${topP}`;
  }
  return `attention, ${HEADS} heads, ${size} queries × ${size} keys × ${HEAD_DIM}`;
}
