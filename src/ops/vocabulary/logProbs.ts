import {
  checkApart,
  checkLength,
  checkLive,
  checkLogits,
  checkNumber,
  checkTemperature,
  checkTokenIds,
  checkView,
  type FloatInput,
  type FloatView,
  refuseValue,
  type TokenList,
} from "../../check";
import type { Floats } from "../../half";
import type { Core } from "../../heap";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { checkObject, ownOptions } from "../../options";
import type { NewFloats, Written } from "../axis";
import { Distribution } from "./distribution";
import {
  type CheckedRows,
  checkRows,
  type Given,
  type Rows,
  type RowsOf,
  rowsOf,
  type TokenOptions,
  usedBy,
} from "./rows";
import { Vocabulary } from "./vocabulary";

/** Options of logProbs. */
export interface LogProbsOptions<Out extends FloatView = Float32Array> extends TokenOptions {
  /** A token that stands where there is none, any number (-100, say): its log-probability is given as 0. Rows that no other is asked of are not read. */
  ignore?: number | undefined;
  /** Where to write; default a new Float32Array. A Float16Array, or with dtype a Uint16Array, gets results rounded. */
  out?: Out | undefined;
}

/** The type of logProbs. */
export interface LogProbs {
  /**
   * The log-probabilities of given tokens: of a text, of answers to choose from.
   *
   *     y_j = (x_t - m) / T - log Σ_i exp((x_i - m) / T)        t = tokens[j], m = max x
   *
   * A token that the mask leaves out, or a bias bans, has -Infinity. At temperature 0, and where a logit is +Infinity, the first
   * maximum has 0 and everything else -Infinity.
   *
   * Absolute error at most 2^-24 · (6 + 2·|y|) (test/functions/logProbs.test.ts).
   *
   * @param logits   one for each token of the vocabulary; of several rows one after the other
   * @param tokens   as many a row as are asked for, row after row
   * @param options  temperature, mask, bias, penalties, ignore, out; shape for rows
   * @returns        as long as tokens
   * @throws {TypeError}  an argument is not of the type it must be, or its buffer is detached
   * @throws {RangeError} a token is no index of the vocabulary, there are not equally many for each row, an option is out of its range;
   *                      a logit that is allowed is NaN (the first is named), none is allowed, or all of those are -Infinity
   * @example
   * import { logProbs } from "softmax-wasm";
   * logProbs([1, 3, 2, 3], [1, 0]); // [-0.9176, -2.9176]
   */
  <Out extends FloatView = NewFloats>(
    logits: FloatInput,
    tokens: TokenList,
    options?: LogProbsOptions<Out>,
  ): Written<Out>;
  <Out extends FloatView = NewFloats>(
    logits: FloatInput,
    tokens: TokenList,
    options: RowsOf<LogProbsOptions<Out>>,
  ): Written<Out>;
}

const NO_OPTIONS: LogProbsOptions = {};
const LOG_PROBS = "logProbs";

const readLogProbs = (options: Given<LogProbsOptions<FloatView>>): Given<LogProbsOptions<FloatView>> =>
  ownOptions(LOG_PROBS, options, {
    shape: options.shape,
    mask: options.mask,
    bias: options.bias,
    penalties: options.penalties,
    temperature: options.temperature,
    dtype: options.dtype,
    ignore: options.ignore,
    out: options.out,
  });

/** How many tokens are asked for in a row. */
function checkWidth(given: number, rows: number): number {
  if (rows === 0 ? given > 0 : given % rows > 0) {
    refuseValue(LOG_PROBS, "tokens", `equally many for each of ${rows} rows`, `${given}`);
  }
  return rows === 0 ? 0 : given / rows;
}

/** Whether a token is asked for among ids[from … to]. */
function asks(ids: Float64Array, from: number, to: number, ignore: number | undefined): boolean {
  for (let j = from; j < to; j++) if (ids[j] !== ignore) return true;
  return false;
}

/** y[from … to] = the log-probabilities of those tokens in a row. */
function fillRow(
  vocabulary: Vocabulary,
  temperature: number,
  ids: Float64Array,
  y: Float32Array,
  from: number,
  to: number,
  ignore: number | undefined,
): void {
  const m = vocabulary.largest(LOG_PROBS, true);
  const distribution = new Distribution(vocabulary, m, temperature);
  const { row } = vocabulary;
  const only = distribution.certain ? vocabulary.first(m) : -1;
  for (let j = from; j < to; j++) {
    const token = ids[j];
    if (token === ignore) y[j] = 0;
    else if (only >= 0) y[j] = token === only ? 0 : -Infinity;
    else y[j] = row.allows(token) ? distribution.logProb(row.logit(token)) : -Infinity;
  }
}

function fill(
  core: Core<VocabularyKernels>,
  rows: Rows,
  temperature: number,
  ids: Float64Array,
  width: number,
  ignore: number | undefined,
): Float32Array {
  const y = new Float32Array(ids.length);
  for (let r = 0, from = 0; r < rows.logits.rows; r++, from += width) {
    const to = from + width;
    if (asks(ids, from, to, ignore)) fillRow(new Vocabulary(core, rows, r), temperature, ids, y, from, to, ignore);
  }
  return y;
}

/** A call whose arguments are in order. */
interface LogProbsCall {
  readonly rows: CheckedRows;
  readonly temperature: number;
  readonly ids: Float64Array;
  /** Tokens that are asked for in a row. */
  readonly width: number;
  readonly ignore: number | undefined;
  /** Where to write, and the caller's name for it: both undefined without the option out. */
  readonly out: Floats | undefined;
  readonly result: FloatView | undefined;
}

export function checkLogProbs(
  logits: FloatInput,
  tokens: TokenList,
  options: Given<LogProbsOptions<FloatView>> = NO_OPTIONS,
): LogProbsCall {
  checkObject(LOG_PROBS, "options", options, "temperature");
  const given = readLogProbs(options);
  const temperature = checkTemperature(LOG_PROBS, given.temperature);
  const { ignore, out: result } = given;
  if (ignore !== undefined) checkNumber(LOG_PROBS, "ignore", ignore);
  const all = checkLogits(LOG_PROBS, logits, given.shape, given.dtype);
  const ids = checkTokenIds(LOG_PROBS, "tokens", tokens, all.length, ignore);
  const width = checkWidth(ids.length, all.rows);
  const rows = checkRows(LOG_PROBS, all, given);
  if (result === undefined) return { rows, temperature, ids, width, ignore, out: undefined, result };
  const out = checkView(LOG_PROBS, "out", result, given.dtype);
  checkLength(LOG_PROBS, "out", checkLive(LOG_PROBS, "out", out), ids.length, "as tokens");
  checkApart(LOG_PROBS, "out", out, usedBy(rows));
  return { rows, temperature, ids, width, ignore, out, result };
}

export function logProbsOn(core: Core<VocabularyKernels>): LogProbs {
  /** @param first  the number of the first row, where the rows are a part of a larger call's */
  return ((logits: FloatInput, tokens: TokenList, options?: Given<LogProbsOptions<FloatView>>, first?: number) => {
    const { rows, temperature, ids, width, ignore, out, result } = checkLogProbs(logits, tokens, options);
    const y = fill(core, rowsOf(rows, first), temperature, ids, width, ignore);
    if (out === undefined) return y;
    core.heap.move(out, y);
    return result;
  }) as LogProbs;
}
