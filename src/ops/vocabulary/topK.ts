import { checkCount, checkLogits, checkTemperature, type FloatInput } from "../../check";
import type { Core } from "../../heap";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { checkObject, ownOptions } from "../../options";
import type { NewFloats, NewWords } from "../axis";
import { Distribution } from "./distribution";
import { type CheckedRows, checkRows, type Given, type Rows, type RowsOf, rowsOf, type TokenOptions } from "./rows";
import { type Top, top } from "./top";
import { Vocabulary } from "./vocabulary";

/** Options of topK. */
export type TopKOptions = TokenOptions;

/** The tokens that topK found, and the log-sum-exp of the vocabulary. */
export interface TopKResult {
  /** Tokens, the most probable first; equal logits by index. */
  indices: NewWords;
  /** Their log-probabilities among all the tokens allowed. */
  logProbs: NewFloats;
  /** log Σ exp(x / T) of all the logits allowed, after bias and penalties. */
  logSumExp: number;
}

/** The tokens that topK found in several rows: k a row, or all of the vocabulary if it has fewer. */
export interface TopKRows {
  /** [rows, k]; where a row has fewer tokens to give, 0xFFFFFFFF stands behind them. */
  indices: NewWords;
  /** [rows, k]; -Infinity where no token is. */
  logProbs: NewFloats;
  /** One a row. */
  logSumExp: NewFloats;
}

/** The type of topK. */
export interface TopK {
  /**
   * The k most probable tokens, and their log-probabilities under the whole vocabulary.
   *
   *     logProbs_j = (x_j - m) / T - log Σ_i exp((x_i - m) / T)        m = max x
   *
   * Tokens that the mask leaves out, or a bias bans, are not read and never returned: fewer than k come back where fewer are allowed. A +Infinity
   * has log-probability 0, the first one if there are several, and everything else -Infinity.
   *
   * Absolute error at most 2^-24 · (6 + 2·|y|) (test/functions/topK.test.ts). The field logSumExp has the bits of the function
   * logSumExp of the allowed logits, at every temperature.
   * Only the tokens above a lower bound of the k-th largest logit are sorted, by radix sort; so is a whole vocabulary, where k asks for
   * it.
   *
   * @param logits   one for each token; of several rows one after the other
   * @param k        how many, an integer >= 1; more than the vocabulary has is all of it
   * @param options  temperature, mask, bias, penalties; shape for rows
   * @returns        indices and logProbs, new arrays of the same length, and logSumExp
   * @throws {TypeError}  an argument is not of the type it must be, or its buffer is detached
   * @throws {RangeError} k is not an integer >= 1, temperature is negative or not finite;
   *                      a logit that is allowed is NaN (the first is named), none is allowed, or all of those are -Infinity
   * @example
   * import { topK } from "softmax-wasm";
   * const { indices, logProbs } = topK(new Float32Array([1, 3, 2, 3]), 2);
   * indices; // [1, 3]
   * logProbs; // [-0.9176, -0.9176]
   */
  (logits: FloatInput, k: number, options?: TopKOptions): TopKResult;
  (logits: FloatInput, k: number, options: RowsOf<TopKOptions>): TopKRows;
}

const NO_OPTIONS: TopKOptions = {};
const TOP_K = "topK";

const readTopK = (options: Given<TopKOptions>): Given<TopKOptions> =>
  ownOptions(TOP_K, options, {
    shape: options.shape,
    mask: options.mask,
    bias: options.bias,
    penalties: options.penalties,
    temperature: options.temperature,
    dtype: options.dtype,
  });

/**
 * Banned tokens are not returned: at -Infinity they stand at the end, where other tokens of that logit may stand too. At temperature
 * 0 what is not the maximum may have NaN so far.
 */
function withoutBans({ row }: Vocabulary, { indices, logProbs }: Top, k: number): Top {
  let kept = 0;
  for (let j = 0; j < indices.length && kept < k; j++) {
    if (!(logProbs[j] > -Infinity) && row.isBanned(indices[j])) continue;
    indices[kept] = indices[j];
    logProbs[kept++] = logProbs[j];
  }
  return { indices: indices.slice(0, kept), logProbs: logProbs.slice(0, kept) };
}

function topKRow(core: Core<VocabularyKernels>, rows: Rows, row: number, k: number, temperature: number): TopKResult {
  const { length } = rows.logits;
  const vocabulary = new Vocabulary(core, rows, row);
  const distribution = new Distribution(vocabulary, vocabulary.largest(TOP_K, true), temperature);
  const { bans } = vocabulary.row;
  const all = top(vocabulary, distribution, Math.min(k + bans, length));
  const { indices, logProbs } = bans === 0 ? all : withoutBans(vocabulary, all, k);
  if (distribution.certain) logProbs.fill(-Infinity).fill(0, 0, 1);
  return { indices: indices as NewWords, logProbs: logProbs as NewFloats, logSumExp: distribution.logSumExp };
}

function topKRows(core: Core<VocabularyKernels>, rows: Rows, k: number, temperature: number): TopKRows {
  const { rows: count, length } = rows.logits;
  const width = Math.min(k, length);
  const indices = new Uint32Array(count * width).fill(0xffffffff);
  const logProbs = new Float32Array(count * width).fill(-Infinity);
  const logSumExp = new Float32Array(count);
  for (let r = 0; r < count; r++) {
    const one = topKRow(core, rows, r, width, temperature);
    indices.set(one.indices, r * width);
    logProbs.set(one.logProbs, r * width);
    logSumExp[r] = one.logSumExp;
  }
  return { indices, logProbs, logSumExp };
}

/** A call whose arguments are in order. */
interface TopKCall {
  readonly rows: CheckedRows;
  readonly k: number;
  readonly temperature: number;
}

export function checkTopK(logits: FloatInput, k: number, options: Given<TopKOptions> = NO_OPTIONS): TopKCall {
  checkCount(TOP_K, "k", k);
  checkObject(TOP_K, "options", options, "temperature");
  const given = readTopK(options);
  const temperature = checkTemperature(TOP_K, given.temperature);
  const all = checkLogits(TOP_K, logits, given.shape, given.dtype);
  return { rows: checkRows(TOP_K, all, given), k, temperature };
}

export function topKOn(core: Core<VocabularyKernels>): TopK {
  /** @param first  the number of the first row, where the rows are a part of a larger call's */
  return ((logits: FloatInput, k: number, options?: Given<TopKOptions>, first?: number) => {
    const { rows: checked, temperature } = checkTopK(logits, k, options);
    const rows = rowsOf(checked, first);
    return rows.logits.shaped ? topKRows(core, rows, k, temperature) : topKRow(core, rows, 0, k, temperature);
  }) as TopK;
}
