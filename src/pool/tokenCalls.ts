/** Calls of topK, sample and logProbs: their results are arrays of the pool's, made into what the plain functions give. */
import type { FloatInput, TokenList } from "../check";
import { type Floats, Half } from "../half";
import type { LogProbsOptions } from "../ops/vocabulary/logProbs";
import type { CheckedRows } from "../ops/vocabulary/rows";
import type { SampleOptions } from "../ops/vocabulary/sample";
import type { TopKOptions } from "../ops/vocabulary/topK";
import { lengthOf, type TypedArray } from "../typedArray";
import { type Budget, elementsCost, unitOf } from "./budget";
import { type Call, type Cut, cutOf } from "./call";
import type { Computer } from "./compute";
import { type RowsPlan, rowsPieces } from "./plans/rows";

type Given = Partial<Omit<RowsPlan, "kind" | "fn">>;

function rowsCall(
  fn: RowsPlan["fn"],
  budget: Budget,
  checked: CheckedRows,
  given: Given,
  more: Record<string, TypedArray>,
  finish: () => unknown,
): Call {
  const { rows, length } = checked.logits;
  const cost = elementsCost(budget, fn, rows * length);
  return { fn, cost, cut: () => cutTokens(fn, budget, checked, given, more, cost), finish };
}

function cutTokens(
  fn: RowsPlan["fn"],
  budget: Budget,
  checked: CheckedRows,
  given: Given,
  more: Record<string, TypedArray>,
  cost: number,
): Cut {
  const { logits, masks } = checked;
  const { rows, length } = logits;
  const step = unitOf(budget, cost, rows);
  const each = Array.isArray(masks) ? masks : [];
  const plan: RowsPlan = {
    kind: "rows",
    fn,
    rows,
    length,
    shaped: logits.shaped,
    mask: Array.isArray(masks)
      ? masks.map((mask) => (mask === undefined ? -1 : lengthOf(mask)))
      : masks && lengthOf(masks),
    biases: checked.biases,
    penalties: checked.penalties,
    k: 0,
    width: 0,
    temperature: 1,
    law: undefined,
    ignore: undefined,
    step: Math.max(1, step),
    ...given,
  };
  const arrays: Record<string, TypedArray | undefined> = { logits: logits.x, ...more };
  if (!Array.isArray(masks)) arrays.mask = masks;
  for (const [r, mask] of each.entries()) arrays[`mask${r}`] = mask;
  return cutOf(plan, arrays, rowsPieces(plan), 1);
}

export function topKCall(
  { parts }: Computer,
  budget: Budget,
  logits: FloatInput,
  k: number,
  options: TopKOptions,
): Call {
  const { rows, temperature } = parts.checkTopK(logits, k, options as never);
  const { shaped, rows: count, length } = rows.logits;
  const width = Math.min(k, length);
  const indices = new Uint32Array(count * width).fill(0xffffffff);
  const logProbs = new Float32Array(count * width).fill(-Infinity);
  const logSumExp = new Float32Array(count);
  const found = new Uint32Array(1);
  const finish = (): unknown => {
    if (shaped) return { indices, logProbs, logSumExp };
    return { indices: indices.slice(0, found[0]), logProbs: logProbs.slice(0, found[0]), logSumExp: logSumExp[0] };
  };
  const results = { indices, logProbs, logSumExp, count: found };
  return rowsCall("topK", budget, rows, { k, width, temperature }, results, finish);
}

export function sampleCall({ parts }: Computer, budget: Budget, logits: FloatInput, options: SampleOptions): Call {
  const { rows, law, us } = parts.checkSample(logits, options as never);
  const count = us.length;
  const index = new Uint32Array(count);
  const [prob, logProb] = [new Float64Array(count), new Float64Array(count)];
  const finish = (): unknown => {
    if (!rows.logits.shaped) return { index: index[0], prob: prob[0], logProb: logProb[0] };
    return { index, prob: Float32Array.from(prob), logProb: Float32Array.from(logProb) };
  };
  const arrays = { us: Float64Array.from(us), index, prob, logProb };
  return rowsCall("sample", budget, rows, { law, temperature: law.temperature }, arrays, finish);
}

export function logProbsCall(
  { parts, runtime }: Computer,
  budget: Budget,
  logits: FloatInput,
  tokens: TokenList,
  options: LogProbsOptions,
): Call {
  const { rows, temperature, ids, width, ignore, out, result } = parts.checkLogProbs(logits, tokens, options as never);
  const logProbs = new Float32Array(ids.length);
  const finish = (): unknown => {
    if (out === undefined) return logProbs;
    write(out, logProbs, runtime);
    return result;
  };
  return rowsCall("logProbs", budget, rows, { width, temperature, ignore }, { ids, logProbs }, finish);
}

/** out = y, rounded if it has 16 bits. */
function write(out: Floats, y: Float32Array, runtime: Computer["runtime"]): void {
  if (out instanceof Half) runtime.pack16(y, { dtype: out.bfloat === 1 ? "bfloat16" : "float16", out: out as never });
  else Float32Array.prototype.set.call(out, y);
}
