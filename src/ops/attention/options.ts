import type { FloatView } from "../../check";
import type { Dtype } from "../../half";
import { checkObject, ownOptions } from "../../options";

/** `[B or 1, H or 1, Q or 1, K]`: sizes of 1 are broadcast. */
export type Shape4 = readonly [batch: number, heads: number, queries: number, keys: number];

/** Options of attention. */
export interface AttentionOptions<Out extends FloatView = Float32Array> {
  /** Floats of a query and of a key. */
  headDim: number;
  /** Floats of a value, and of a query's output; default headDim. */
  valueDim?: number | undefined;
  /** Heads of q and of the output; default 1. */
  heads?: number | undefined;
  /** Heads of k and v, a divisor of heads: each serves heads / kvHeads heads in a row; default heads. */
  kvHeads?: number | undefined;
  /** Independent sequences; default 1. */
  batch?: number | undefined;
  /** Order of the axes: batch, heads, sequence, dim (default), or batch, sequence, heads, dim. */
  layout?: "bhsd" | "bshd" | undefined;
  /** Scores are multiplied by it; default 1 / √headDim. */
  scale?: number | undefined;
  /** A query sees the keys up to its own position; default false. */
  causal?: boolean | undefined;
  /** A query sees the keys this far to both sides of its position, or so far to the left and to the right; default all keys. */
  window?: number | readonly [left: number, right: number] | undefined;
  /** Position of query 0 among the keys; default: the last query stands at the last valid key. 0 is PyTorch's causal. */
  queryOffset?: number | undefined;
  /** Scores become softcap·tanh(score / softcap), after scale and before bias; finite and > 0; default none. */
  softcap?: number | undefined;
  /** Added to the scores; -Infinity masks, whatever the key holds; default none. */
  bias?: FloatView | undefined;
  /** Shape of bias; default [1, 1, queries, keys]. */
  biasShape?: Shape4 | undefined;
  /** 1 = attend, 0 = leave out; default all attend. */
  mask?: Uint8Array | undefined;
  /** Shape of mask; default [1, 1, queries, keys]. */
  maskShape?: Shape4 | undefined;
  /** One slope for each head: slope·|key - position| is subtracted from the scores; default none. */
  alibi?: Float32Array | undefined;
  /** One logit for each head, that of a key that is always seen and has no value; default none. */
  sinks?: Float32Array | undefined;
  /** Valid keys of each batch entry; k and v may be longer caches; default all. */
  keyLengths?: Uint32Array | undefined;
  /**
   * Where to write, of the output's length; may be q itself, but not overlap an input otherwise; default a new Float32Array. A
   * Float16Array, or with dtype a Uint16Array, gets the results rounded to the nearest, ties to even.
   */
  out?: Out | undefined;
  /** What the bits of every Uint16Array are among q, k, v, bias and out; without it one is refused. A Float16Array needs none. */
  dtype?: Dtype | undefined;
  /** `[batch, heads, queries]`: receives the log-sum-exp of each query's scores. */
  lse?: Float32Array | undefined;
  /** `[batch, heads, queries, keys]`: receives the weights, and costs the time of writing them. */
  weights?: Float32Array | undefined;
}

/** Each option, read once. */
export function readAttention(fn: string, options: AttentionOptions<FloatView>): AttentionOptions<FloatView> {
  checkObject(fn, "options", options, "headDim");
  return ownOptions(fn, options, {
    headDim: options.headDim,
    valueDim: options.valueDim,
    heads: options.heads,
    kvHeads: options.kvHeads,
    batch: options.batch,
    layout: options.layout,
    scale: options.scale,
    causal: options.causal,
    window: options.window,
    queryOffset: options.queryOffset,
    softcap: options.softcap,
    bias: options.bias,
    biasShape: options.biasShape,
    mask: options.mask,
    maskShape: options.maskShape,
    alibi: options.alibi,
    sinks: options.sinks,
    keyLengths: options.keyLengths,
    out: options.out,
    dtype: options.dtype,
    lse: options.lse,
    weights: options.weights,
  });
}
