/** Attention by its definition, in float64 with compensated sums, one query after the other. Also random calls. */
import type { AttentionOptions, Shape4 } from "../../src/ops/attention/attention";
import { LSE_BOUND, OUT_BOUND } from "./bounds.mjs";
import { normals } from "./random.mjs";
import { worst } from "./reference";
import { softmax64, sum } from "./softmax64.mjs";

export interface Call {
  q: Float32Array;
  k: Float32Array;
  v: Float32Array;
  options: AttentionOptions;
}

interface Result {
  out: number[];
  lse: number[];
  weights: number[];
}

/** Weights have no bound of their own: they are what out is for values of 0 and 1. */
const WEIGHT_BOUND = 2e-6;

/** Sizes of a call, defaults filled in. */
export function sizesOf({ q, k, options }: Call) {
  const { headDim, batch = 1, heads = 1 } = options;
  const { valueDim = headDim, kvHeads = heads } = options;
  const queries = q.length / (batch * heads * headDim);
  const keys = k.length / (batch * kvHeads * headDim);
  return { headDim, valueDim, batch, heads, kvHeads, queries, keys };
}

const FLT_MAX = 3.4028234663852886e38;

/** A score of finite operands as float32 can hold it: FLT_MAX at most, and -Infinity below -FLT_MAX. */
const limited = (s: number) => (s < -FLT_MAX ? -Infinity : Math.min(s, FLT_MAX));

export function attentionReference(call: Call): Result {
  const { q, k, v, options } = call;
  const { headDim, valueDim, batch, heads, kvHeads, queries, keys } = sizesOf(call);
  const { scale = 1 / Math.sqrt(headDim), causal = false, softcap, bias, mask, alibi, sinks, keyLengths } = options;
  const window = options.window ?? Infinity;
  const [left, right] = typeof window === "number" ? [window, window] : window;
  const full: Shape4 = [1, 1, queries, keys];
  const at = (shape: Shape4, b: number, h: number, i: number, j: number) =>
    ((Math.min(b, shape[0] - 1) * shape[1] + Math.min(h, shape[1] - 1)) * shape[2] + Math.min(i, shape[2] - 1)) * keys +
    j;
  const row = (b: number, h: number, i: number, ofHeads: number, length: number, dim: number) =>
    dim * (options.layout === "bshd" ? (b * length + i) * ofHeads + h : (b * ofHeads + h) * length + i);

  const out = new Array<number>(batch * heads * queries * valueDim).fill(0);
  const lse: number[] = [];
  const weights: number[] = [];
  for (let b = 0; b < batch; b++) {
    const valid = keyLengths?.[b] ?? keys;
    const offset = options.queryOffset ?? valid - queries;
    for (let h = 0; h < heads; h++) {
      const kvHead = Math.floor((h * kvHeads) / heads);
      for (let i = 0; i < queries; i++) {
        const p = i + offset;
        const qAt = row(b, h, i, heads, queries, headDim);
        const scores = Array.from({ length: keys }, (_, j) => {
          if (j >= valid || (causal && j > p) || j < p - left || j > p + right) return -Infinity;
          if (mask?.[at(options.maskShape ?? full, b, h, i, j)] === 0) return -Infinity;
          const added = bias?.[at(options.biasShape ?? full, b, h, i, j)] ?? 0;
          if (added === -Infinity) return -Infinity;
          const kAt = row(b, kvHead, j, kvHeads, keys, headDim);
          let s = 0;
          for (let d = 0; d < headDim; d++) s += q[qAt + d] * k[kAt + d];
          if (s === Infinity || s === -Infinity)
            s = s * Math.sign(scale) < 0 ? -Infinity : Number.NaN; // an infinite operand
          else s = limited(s * scale);
          if (softcap !== undefined) s = softcap * Math.tanh(s / softcap);
          if (alibi !== undefined) s -= alibi[h] * Math.abs(j - p);
          return added === Infinity ? Number.NaN : limited(s + added);
        });
        const { s: l, probs, logSumExp } = softmax64([...scores, sinks?.[h] ?? -Infinity]);
        lse.push(logSumExp);
        const w = scores.map((s, j) => (s === -Infinity ? 0 : probs[j]));
        weights.push(...(Number.isNaN(l) ? scores.map((s) => (s === -Infinity ? 0 : Number.NaN)) : w));
        const to = row(b, h, i, heads, queries, valueDim);
        for (let d = 0; d < valueDim; d++) {
          const terms = scores.map((s, j) =>
            s === -Infinity ? 0 : w[j] * v[row(b, kvHead, j, kvHeads, keys, valueDim) + d],
          );
          out[to + d] = Number.isNaN(l) ? Number.NaN : sum(terms);
        }
      }
    }
  }
  return { out, lse, weights };
}

const largest = (v: Float32Array) => v.reduce((m, x) => (Number.isFinite(x) ? Math.max(m, Math.abs(x)) : m), 1e-30);

/** The first wrong value in out, lse or weights, in words. @param factor  by which the bounds grow where scores are large */
export function attentionFailure(
  got: { out: Float32Array; lse?: Float32Array; weights?: Float32Array },
  want: Result,
  v: Float32Array,
  label: string,
  factor = 1,
): string | undefined {
  const scale = largest(v);
  return (
    worst(got.out, want.out, () => factor * OUT_BOUND * scale, `${label}: out`) ??
    (got.lse &&
      worst(got.lse, want.lse, (i) => factor * LSE_BOUND * Math.max(1, Math.abs(want.lse[i])), `${label}: lse`)) ??
    (got.weights &&
      worst(
        got.weights,
        want.weights.map((w, i) => (Number.isNaN(w) ? got.weights?.[i] : w) as number),
        () => factor * WEIGHT_BOUND,
        `${label}: weights`,
      ))
  );
}

/** q, k and v for the sizes in options. */
export function callOf(seed: number, queries: number, keys: number, options: AttentionOptions): Call {
  const { headDim, batch = 1, heads = 1 } = options;
  const { valueDim = headDim, kvHeads = heads } = options;
  const draw = normals(seed);
  return {
    q: draw(batch * heads * queries * headDim),
    k: draw(batch * kvHeads * keys * headDim),
    v: draw(batch * kvHeads * keys * valueDim),
    options,
  };
}
