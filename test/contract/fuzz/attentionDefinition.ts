/** Attention by docs/numerics.md, key after key in float64: keys by the hundred thousand, scores of any size. */
import type { AttentionOptions, Shape4 } from "../../../src/ops/attention/attention";
import { OUT_BOUND } from "../../judge/bounds.mjs";
import { softmax64 } from "../../judge/softmax64.mjs";

export interface AttentionCall {
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly v: Float32Array;
  /** With batch, heads, kvHeads and valueDim. */
  readonly options: AttentionOptions & Record<"batch" | "heads" | "kvHeads" | "valueDim", number>;
}

interface Wanted {
  readonly out: Float64Array;
  /** [B, H, Q] */
  readonly lse: Float64Array;
  /** [B, H, Q, K] */
  readonly weights: Float64Array | undefined;
  /** The factor of the contract's bounds, for each query: a float32 score s is itself off by up to |s|·2^-23. */
  readonly factor: Float64Array;
  /** 0 for a query that rounding may decide, 1 for one whose lse and weights are open, 2 for one that is certain. */
  readonly certain: Uint8Array;
}

const FLT_MAX = 3.4028234663852886e38;
/** Half of the last place above it: what lies beyond rounds to infinity. */
const OVERFLOWS = FLT_MAX * (1 + 2 ** -25);

/** Scores this large are told apart by their rounding alone: one that is finite counts as FLT_MAX, or weighs nothing. */
const saturated = (s: number): number => (s > OVERFLOWS ? FLT_MAX : s < -OVERFLOWS ? -Infinity : s);

/** Sums of a huge score and a huge bias have no digit left that float32 could know. */
const cancels = (s: number, b: number): boolean => Math.abs(s) > 1e25 && Math.abs(b) > 1e25 && s * b < 0;

const norm = (x: Float32Array, at: number, dim: number): number => {
  let squares = 0;
  for (let d = at; d < at + dim; d++) squares += x[d] * x[d];
  return Math.sqrt(squares);
};

/** Where a position of q, k, v or out begins. */
const places = (sequenceFirst: boolean, heads: number, length: number, dim: number) => {
  return (b: number, h: number, i: number): number =>
    dim * (sequenceFirst ? (b * length + i) * heads + h : (b * heads + h) * length + i);
};

export function attentionDefinition({ q, k, v, options }: AttentionCall, withWeights: boolean): Wanted {
  const { headDim, valueDim, batch, heads, kvHeads, scale = 1 / Math.sqrt(headDim), causal = false } = options;
  const { softcap, bias, mask, alibi, sinks, keyLengths, window = Infinity } = options;
  const queries = q.length / (batch * heads * headDim);
  const keys = k.length / (batch * kvHeads * headDim);
  const [left, right] = typeof window === "number" ? [window, window] : window;
  const first = options.layout === "bshd";
  const qAt = places(first, heads, queries, headDim);
  const kAt = places(first, kvHeads, keys, headDim);
  const vAt = places(first, kvHeads, keys, valueDim);
  const outAt = places(first, heads, queries, valueDim);
  const rowOf = ([B, H, Q]: Shape4, b: number, h: number, i: number): number =>
    keys * (((B === 1 ? 0 : b) * H + (H === 1 ? 0 : h)) * Q + (Q === 1 ? 0 : i));
  const full: Shape4 = [1, 1, queries, keys];

  const rows = batch * heads * queries;
  const out = new Float64Array(rows * valueDim);
  const lse = new Float64Array(rows);
  const weights = withWeights ? new Float64Array(rows * keys) : undefined;
  const factor = new Float64Array(rows).fill(1);
  const certain = new Uint8Array(rows).fill(2);
  const scores = new Float64Array(keys + 1); // the last is the sink
  const apart = new Float64Array(keys); // what bias and alibi add, by size

  for (let b = 0; b < batch; b++) {
    const valid = keyLengths?.[b] ?? keys;
    const offset = options.queryOffset ?? valid - queries;
    for (let h = 0; h < heads; h++) {
      const kvHead = Math.floor((h * kvHeads) / heads);
      let longest = 0;
      for (let j = 0; j < valid; j++) longest = Math.max(longest, norm(k, kAt(b, kvHead, j), headDim) || 0);
      for (let i = 0; i < queries; i++) {
        const row = (b * heads + h) * queries + i;
        const p = i + offset;
        const from = qAt(b, h, i);
        const maskRow = mask === undefined ? 0 : rowOf(options.maskShape ?? full, b, h, i);
        const biasRow = bias === undefined ? 0 : rowOf(options.biasShape ?? full, b, h, i);
        scores[keys] = sinks?.[h] ?? -Infinity;
        for (let j = 0; j < keys; j++) {
          scores[j] = -Infinity;
          apart[j] = 0;
          if (j >= valid || (causal && j > p) || j < p - left || j > p + right) continue;
          if (mask !== undefined && mask[maskRow + j] === 0) continue;
          if (bias !== undefined && bias[biasRow + j] === -Infinity) continue;
          const at = kAt(b, kvHead, j);
          let s = 0;
          for (let d = 0; d < headDim; d++) s += q[from + d] * k[at + d];
          s *= scale;
          if (s === Infinity) s = Number.NaN; // of an infinite operand: float64 holds any product of finite ones
          if (softcap !== undefined) s = softcap * Math.tanh(s / softcap);
          if (bias !== undefined) {
            const value = bias[biasRow + j];
            if (cancels(s, value)) certain[row] = 0;
            s += value;
            apart[j] += Math.abs(value);
          }
          if (alibi !== undefined) {
            s -= alibi[h] * Math.abs(j - p);
            apart[j] += Math.abs(alibi[h] * (j - p));
          }
          scores[j] = s - s === 0 ? saturated(s) : s;
          if (scores[j] === Infinity) scores[j] = Number.NaN;
        }
        const { m, probs, logSumExp } = softmax64(scores);
        lse[row] = logSumExp;

        const to = outAt(b, h, i);
        if (m !== m) {
          certain[row] = Math.min(certain[row], 1);
          out.fill(Number.NaN, to, to + valueDim);
          weights?.fill(Number.NaN, row * keys, (row + 1) * keys);
          continue;
        }
        if (m === -Infinity) continue;
        if (Math.abs(m) > 1e4 && Math.abs(m) < 1e18) certain[row] = 0;
        let most = 0;
        for (let j = 0; j < keys; j++) {
          if (scores[j] === -Infinity) continue;
          const w = probs[j];
          if (weights !== undefined) weights[row * keys + j] = w;
          if (w > 1e-9 && apart[j] > most) most = apart[j];
          const at = vAt(b, kvHead, j);
          for (let d = 0; d < valueDim; d++) out[to + d] += w * v[at + d];
        }
        const size = Math.abs(scale) * (norm(q, from, headDim) || 0) * longest + most;
        factor[row] = size < 1e4 ? Math.max(1, size / 16) : 1;
      }
    }
  }
  return { out, lse, weights, factor, certain };
}

interface Got {
  readonly out: Float32Array;
  readonly lse?: Float32Array;
  readonly weights?: Float32Array;
}

/** What is off first, in words. */
export function attentionFault(got: Got, want: Wanted, { v, options }: AttentionCall): string | undefined {
  const { heads, valueDim, batch, layout } = options;
  const queries = want.lse.length / (batch * heads);
  const keys = want.weights === undefined ? 0 : want.weights.length / want.lse.length;
  const outAt = places(layout === "bshd", heads, queries, valueDim);
  let largest = 1e-30;
  for (const value of v) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  const off = (y: number, of: number, bound: number): boolean =>
    !(Object.is(y, of) || Math.abs(y - of) <= bound || y === of);
  for (let row = 0; row < want.lse.length; row++) {
    if (want.certain[row] === 0) continue;
    const [b, h, i] = [Math.floor(row / heads / queries), Math.floor(row / queries) % heads, row % queries];
    const where = `batch ${b}, head ${h}, query ${i}`;
    const bound = want.factor[row] * OUT_BOUND;
    const at = outAt(b, h, i);
    for (let d = at; d < at + valueDim; d++) {
      if (off(got.out[d], want.out[d], bound * largest))
        return `${where}: out ${d - at} expected ${want.out[d]}, got ${got.out[d]}`;
    }
    if (want.certain[row] === 1) continue;
    const l = want.lse[row];
    if (got.lse !== undefined && off(got.lse[row], l, bound * Math.max(1, Math.abs(l))))
      return `${where}: lse expected ${l}, got ${got.lse[row]}`;
    if (got.weights === undefined || want.weights === undefined) continue;
    for (let j = row * keys; j < (row + 1) * keys; j++) {
      if (off(got.weights[j], want.weights[j], bound))
        return `${where}: weight of key ${j - row * keys} expected ${want.weights[j]}, got ${got.weights[j]}`;
    }
  }
  return undefined;
}
