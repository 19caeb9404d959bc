import type { Core } from "../../heap";
import type { AttentionKernels } from "../../kernels/attention";
import { expectHalf, expectKnown, P, X } from "../known";
import type { AttentionFunctions } from ".";
import type { AttentionCall } from "./check";
import { FEW_ROWS } from "./plan";
import { runAttention } from "./run";

const V = /* @__PURE__ */ Float32Array.from(X, (_, j) => j + 1);
/** Σ P·V */
const MEAN = 4.61449231;

/**
 * Queries of 1 over keys X and values V, one float each: MEAN for every query.
 *
 * Below attention's facade: the engine would compile the checks of its 24 options for this, a fifth of the self-test.
 */
function attend(core: Core<AttentionKernels>, queries: number, weights?: Float32Array): Float32Array {
  const out = new Float32Array(queries);
  const call: AttentionCall = {
    q: new Float32Array(queries).fill(1),
    k: X,
    v: V,
    out,
    result: out,
    lse: undefined,
    weights,
    bias: undefined,
    mask: undefined,
    alibi: undefined,
    sinks: undefined,
    keyLengths: undefined,
    batch: 1,
    heads: 1,
    kvHeads: 1,
    queries,
    keys: X.length,
    headDim: 1,
    valueDim: 1,
    sequenceFirst: false,
    scale: 1,
    softcap: 0,
    left: Infinity,
    right: Infinity,
    queryOffset: undefined,
  };
  runAttention(core, call);
  return out;
}

/** @throws {Error} naming what is off */
export function testAttention({ mergeAttention }: AttentionFunctions, core: Core<AttentionKernels>): void {
  expectHalf(core.heap);
  expectKnown("attention", attend(core, FEW_ROWS + 1), () => MEAN); // by way of the tiles
  expectKnown("attention of one query", attend(core, 1), () => MEAN); // row by row
  const weights = new Float32Array(X.length);
  attend(core, 1, weights);
  expectKnown("attention's weights", weights, (j) => P[j]); // a mean hides what single exponentials are off by
  const [a, b, lse] = [1, 3, 0].map((x) => Float32Array.of(x));
  expectKnown("mergeAttention", mergeAttention(a, lse, b, Float32Array.of(0), { valueDim: 1 }).out, () => 2);
}
