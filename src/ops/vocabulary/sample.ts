import { checkFunction, checkLogits, checkRandom, type FloatInput } from "../../check";
import type { Core } from "../../heap";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { checkObject, ownOptions } from "../../options";
import type { NewFloats, NewWords } from "../axis";
import { draw } from "./draw";
import { type CheckedRows, checkRows, type Given, type Rows, type RowsOf, rowsOf } from "./rows";
import { checkLaw, keep, type Law, type TruncationOptions } from "./truncation";
import { Vocabulary } from "./vocabulary";

/** Options of sample. */
export interface SampleOptions extends TruncationOptions {
  /** A number in [0, 1), asked for once a row, in order, before anything else is done; default Math.random. */
  random?: (() => number) | undefined;
}

/** The token that sample drew. */
export interface SampleResult {
  /** The token. */
  index: number;
  /** Its probability among the tokens it was drawn from. */
  prob: number;
  /** Its log-probability among all the tokens allowed, at this temperature, after bias and penalties. */
  logProb: number;
}

/** The tokens that sample drew from several rows, each as the call on that row gives it, rounded to float32. */
export interface SampleRows {
  /** The tokens. */
  index: NewWords;
  /** Their probabilities among the tokens they were drawn from. */
  prob: NewFloats;
  /** Their log-probabilities among all the tokens allowed. */
  logProb: NewFloats;
}

/** The type of sample. */
export interface Sample {
  /**
   * Draws a token from each row: mask, bias, penalties, temperature, topK, topP, minP, then the draw.
   *
   * Each step keeps the most probable of the tokens that the step before it left, and at least one. Of equal logits it keeps those
   * with lower indices. The draw is by inverse transform over tokens in index order: the first one at which the running sum of probabilities
   * exceeds random(). So the result depends on the logits, the options and that number alone. Backends round differently, which
   * can move a draw only where random() falls within 1e-6 of such a sum.
   *
   * topP is exact, also where it keeps most of a large vocabulary: it is decided in float64. A +Infinity is taken, the first one if
   * there are several.
   *
   * prob within 2^-24 · (8 + 3·|x - max x|/T) of itself, logProb within 2^-24 · (6 + 2·|y|) (test/functions/sample.test.ts).
   * Source: Holtzman et al. 2020 (arXiv:1904.09751) for topP, Nguyen et al. 2024 (arXiv:2407.01082) for minP.
   *
   * @param logits   one for each token; of several rows one after the other
   * @param options  temperature, topK, topP, minP, minKeep, temperatureLast, mask, bias, penalties, random; shape for rows
   * @returns        the token, its probability and its log-probability; with shape one of each a row
   * @throws {TypeError}  an argument is not of the type it must be, or its buffer is detached
   * @throws {RangeError} an option is out of its range, random() is not in [0, 1);
   *                      a logit that is allowed is NaN (the first is named), none is allowed, or all of those are -Infinity
   * @example
   * import { sample } from "softmax-wasm";
   * sample(new Float32Array([0, 5, 1]), { temperature: 0 }); // { index: 1, prob: 1, logProb: 0 }
   */
  (logits: FloatInput, options?: SampleOptions): SampleResult;
  (logits: FloatInput, options: RowsOf<SampleOptions>): SampleRows;
}

const NO_OPTIONS: SampleOptions = {};
const SAMPLE = "sample";

const readSample = (options: Given<SampleOptions>): Given<SampleOptions> =>
  ownOptions(SAMPLE, options, {
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
    random: options.random,
  });

/**
 * @param fn  the function that draws
 * @param u   the number in [0, 1) that random gave for it
 */
export function sampleRow(
  fn: string,
  core: Core<VocabularyKernels>,
  rows: Rows,
  row: number,
  law: Law,
  u: number,
): SampleResult {
  const vocabulary = new Vocabulary(core, rows, row);
  const { temperature } = law;
  const m = vocabulary.largest(fn, temperature > 0);
  if (temperature === 0 || m === Infinity) return { index: vocabulary.first(m), prob: 1, logProb: 0 };
  const { kept, distribution } = keep(vocabulary, m, law);
  const { index, prob } = draw(vocabulary, distribution, kept, u);
  return { index, prob, logProb: distribution.logProb(vocabulary.row.logit(index)) };
}

/** @param us  a number for each row, all asked for before: random may run any code, including calls into this package */
function sampleRows(core: Core<VocabularyKernels>, rows: Rows, law: Law, us: readonly number[]): SampleRows {
  const index = new Uint32Array(us.length);
  const prob = new Float32Array(us.length);
  const logProb = new Float32Array(us.length);
  for (let r = 0; r < us.length; r++) {
    const one = sampleRow(SAMPLE, core, rows, r, law, us[r]);
    index[r] = one.index;
    prob[r] = one.prob;
    logProb[r] = one.logProb;
  }
  return { index, prob, logProb };
}

/** A call whose arguments are in order, and the numbers that random gave: one a row. */
interface SampleCall {
  readonly rows: CheckedRows;
  readonly law: Law;
  readonly us: readonly number[];
}

export function checkSample(logits: FloatInput, options: Given<SampleOptions> = NO_OPTIONS): SampleCall {
  checkObject(SAMPLE, "options", options, "temperature");
  const given = readSample(options);
  const law = checkLaw(SAMPLE, given);
  const { random = Math.random } = given;
  const all = checkLogits(SAMPLE, logits, given.shape, given.dtype);
  checkFunction(SAMPLE, "random", random);
  const us: number[] = [];
  for (let r = 0; r < all.rows; r++) us.push(checkRandom(SAMPLE, random));
  return { rows: checkRows(SAMPLE, all, given), law, us };
}

export function sampleOn(core: Core<VocabularyKernels>): Sample {
  /** @param first  the number of the first row, where the rows are a part of a larger call's */
  return ((logits: FloatInput, options?: Given<SampleOptions>, first?: number) => {
    const { rows: checked, law, us } = checkSample(logits, options);
    const rows = rowsOf(checked, first);
    return rows.logits.shaped ? sampleRows(core, rows, law, us) : sampleRow(SAMPLE, core, rows, 0, law, us[0]);
  }) as Sample;
}
