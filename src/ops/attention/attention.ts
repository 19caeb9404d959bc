import type { FloatInput, FloatView } from "../../check";
import type { Core } from "../../heap";
import type { AttentionKernels } from "../../kernels/attention";
import type { NewFloats, Written } from "../axis";
import { checkAttention } from "./check";
import type { AttentionOptions } from "./options";
import { runAttention } from "./run";

export type { AttentionOptions, Shape4 } from "./options";

/** The type of attention. */
export interface Attention {
  /**
   * Scaled dot-product attention: each query's weighted mean of the values, weights from softmax over its scores.
   *
   *     s_ij = scale · q_i·k_j                          out_i = Σ_j exp(s_ij - lse_i) · v_j
   *     s_ij = softcap · tanh(s_ij / softcap)           lse_i = log Σ_j exp(s_ij)
   *     s_ij = s_ij + bias_ij - alibi · |p_i - j|
   *     s_ij = -Infinity where masked
   *
   * in this order. Blocks of queries meet blocks of keys with a running maximum and sum, so the scores are never held as a
   * whole: memory does not grow with queries × keys. Blocks that causal, window or keyLengths rule out are not computed.
   *
   * **Where a query stands.** Query i stands at position p_i = i + queryOffset among the keys, any integer; causal lets it see the
   * keys up to p_i, window those from p_i - left to p_i + right. By default the last query stands at the last valid key, so that new
   * queries follow a cache (as in FlashAttention). PyTorch's `is_causal` puts query 0 at key 0: that is queryOffset: 0.
   * For 3 queries and 5 keys:
   *
   *     default, queryOffset 2          queryOffset: 0
   *            k0 k1 k2 k3 k4                 k0 k1 k2 k3 k4
   *        q0   ■  ■  ■  ·  ·             q0   ■  ·  ·  ·  ·
   *        q1   ■  ■  ■  ■  ·             q1   ■  ■  ·  ·  ·
   *        q2   ■  ■  ■  ■  ■             q2   ■  ■  ■  ·  ·
   *
   * With as many queries as keys the two are the same.
   *
   * **What is masked is not read.** NaN or garbage in masked keys, values and biases reaches no result; a bias of -Infinity
   * masks like a 0 in the mask. A query that sees no key gives 0, lse -Infinity and weights 0; with a sink its lse is the
   * sink. NaN in a position that a query attends to makes that query's output NaN, and no other.
   *
   * **Beyond float32.** A score of finite q and k that overflows counts as FLT_MAX, 3.4e38, where it is positive: several share
   * the weight, and lse is FLT_MAX. Where it is negative it is -Infinity and weighs 0; a query with nothing else gives 0 and lse
   * -Infinity. So does a score that overflows with its bias. What overflows only on the way, in a partial sum or in scale · q,
   * comes out right. A +Infinity from an infinite operand makes the query NaN.
   *
   * Error at most 2e-6 · max|v|, lse 2e-6 · max(1, |lse|) (test/functions/attention.test.ts), for scores up to 16; in proportion more
   * beyond, since they are float32 (test/contract/fuzz/attention.ts).
   * Source: Dao et al. 2022, arXiv:2205.14135; Vaswani et al. 2017, arXiv:1706.03762.
   *
   * @param q        queries, [batch, heads, queries, headDim] or, with layout "bshd", [batch, queries, heads, headDim]
   * @param k        keys, as q with kvHeads heads
   * @param v        values, as k with valueDim floats
   * @param options  headDim; sizes, layout, additions to scores, masks, arrays to write to (AttentionOptions)
   * @returns        options.out, or a new Float32Array shaped as q with valueDim floats
   * @throws {TypeError}  an argument is not of the type it must be, or its buffer is detached
   * @throws {RangeError} sizes do not match, a number is out of range, an output overlaps an input, or the workspace has no
   *                      room for one query and four keys
   * @example
   * import { attention } from "softmax-wasm";
   * attention([1, 0], [1, 0, 0, 1], [1, 2, 3, 4], { headDim: 2, scale: 1 }); // [1.5379, 2.5379]
   */
  <Out extends FloatView = NewFloats>(
    q: FloatInput,
    k: FloatInput,
    v: FloatInput,
    options: AttentionOptions<Out>,
  ): Written<Out>;
}

export function attentionOn(core: Core<AttentionKernels>): Attention {
  return ((q: FloatInput, k: FloatInput, v: FloatInput, options: AttentionOptions<FloatView>): FloatView => {
    const call = checkAttention(q, k, v, options);
    runAttention(core, call);
    return call.result;
  }) as Attention;
}
