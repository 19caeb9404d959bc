import { ALL_TIES, LOWEST } from "../../../assembly/layout";
import { checkLogits, type FloatInput } from "../../check";
import type { Core } from "../../heap";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { checkObject, ownOptions } from "../../options";
import { logitOf } from "../../order";
import type { NewFloats, NewWords } from "../axis";
import type { Distribution } from "./distribution";
import type { Prefix } from "./prefix";
import { checkRows, type Given, type Rows, type RowsOf, rowsOf } from "./rows";
import { pairsOutside } from "./top";
import { checkLaw, keep, type Law, type TruncationOptions } from "./truncation";
import { Vocabulary } from "./vocabulary";

/** The tokens that truncation keeps. */
export interface TruncateResult {
  /** The tokens that are kept, in index order; none whose logit is -Infinity. */
  indices: NewWords;
  /** Their probabilities among each other. */
  probs: NewFloats;
}

/** The type of truncate. */
export interface Truncate {
  /**
   * The tokens that sample draws from: those that mask, bias, penalties, temperature, topK, topP, minP leave, by sample's own rules.
   *
   *     probs_j = exp((x_j - m) / T) / Σ_i exp((x_i - m) / T)        i over the tokens kept
   *
   * At temperature 0, and where a logit is +Infinity, that is one token. probs within 2^-24 · (8 + 3·|x - max x|/T) of themselves
   * (test/functions/truncate.test.ts); what is below 1.2e-38 may be 0.
   *
   * @param logits   one for each token; of several rows one after the other
   * @param options  temperature, topK, topP, minP, minKeep, temperatureLast, mask, bias, penalties; shape for rows
   * @returns        the tokens and their probabilities; with shape a list of these, one a row
   * @throws {TypeError}  an argument is not of the type it must be, or its buffer is detached
   * @throws {RangeError} an option is out of its range; a logit that is allowed is NaN (the first is named), none is allowed, or all
   *                      of those are -Infinity
   * @example
   * import { truncate } from "softmax-wasm";
   * const { indices, probs } = truncate([1, 3, 2, 0], { topK: 2 });
   * indices; // [1, 2]
   * probs; // [0.7311, 0.2689]
   */
  (logits: FloatInput, options?: TruncationOptions): TruncateResult;
  (logits: FloatInput, options: RowsOf<TruncationOptions>): TruncateResult[];
}

const NO_OPTIONS: TruncationOptions = {};
const TRUNCATE = "truncate";

const readTruncate = (options: Given<TruncationOptions>): Given<TruncationOptions> =>
  ownOptions(TRUNCATE, options, {
    shape: options.shape,
    mask: options.mask,
    bias: options.bias,
    penalties: options.penalties,
    temperature: options.temperature,
    dtype: options.dtype,
    topK: options.topK,
    topP: options.topP,
    minP: options.minP,
    minKeep: options.minKeep,
    temperatureLast: options.temperatureLast,
  });

/** The prefix's tokens, at most `most`, in index order, outside the heap. */
function readOutside({ row }: Vocabulary, most: number, kept: Prefix, distribution: Distribution): TruncateResult {
  const words = new Uint32Array(2 * most);
  const found = pairsOutside(row, words, most, kept);
  const weights = Float64Array.from({ length: found }, (_, j) => distribution.weigh(logitOf(words[2 * j + 1])));
  const sum = weights.reduce((a, b) => a + b, 0);
  return {
    indices: Uint32Array.from(weights, (_, j) => words[2 * j]),
    probs: Float32Array.from(weights, (weight) => weight / sum),
  };
}

function truncateRow(core: Core<VocabularyKernels>, rows: Rows, row: number, law: Law): TruncateResult {
  const vocabulary = new Vocabulary(core, rows, row);
  const { temperature } = law;
  const m = vocabulary.largest(TRUNCATE, temperature > 0);
  if (temperature === 0 || m === Infinity) {
    return { indices: Uint32Array.of(vocabulary.first(m)), probs: Float32Array.of(1) };
  }
  const { kept, distribution } = keep(vocabulary, m, law);
  const { heap, list } = vocabulary;
  const finite = kept.t === -Infinity ? { t: LOWEST, ties: ALL_TIES } : kept;
  const { count, fits } = list.tokens(vocabulary.row, finite.t, Infinity, finite.ties);
  if (!fits) return readOutside(vocabulary, count, finite, distribution);
  const at = list.weigh(count, distribution);
  return { indices: heap.words(list.indicesOf(at), count) as NewWords, probs: heap.floats(at, count) as NewFloats };
}

export function truncateOn(core: Core<VocabularyKernels>): Truncate {
  return ((logits: FloatInput, options: Given<TruncationOptions> = NO_OPTIONS) => {
    checkObject(TRUNCATE, "options", options, "temperature");
    const given = readTruncate(options);
    const law = checkLaw(TRUNCATE, given);
    const all = checkLogits(TRUNCATE, logits, given.shape, given.dtype);
    const rows = rowsOf(checkRows(TRUNCATE, all, given));
    if (!all.shaped) return truncateRow(core, rows, 0, law);
    return Array.from({ length: all.rows }, (_, r) => truncateRow(core, rows, r, law));
  }) as Truncate;
}
