import {
  checkDtype,
  checkFloats,
  checkFunction,
  checkLength,
  checkLive,
  checkPositions,
  checkRandom,
  checkTokenRange,
  type FloatInput,
  type Logits,
  readTokenIds,
  refuseType,
  refuseValue,
  type TokenList,
} from "../../check";
import type { Dtype } from "../../half";
import type { Core } from "../../heap";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { checkObject, ownOptions } from "../../options";
import type { NewFloats } from "../axis";
import { checkHistory, type Positions } from "./positions";
import { listedResidual, type Residual, walkedResidual } from "./residual";
import { draftPlace, placeBehind } from "./row";
import { Chance, type Odds, oddsOf, surely } from "./rowLaw";
import type { RowsOf } from "./rows";
import { type SampleOptions, type SampleResult, sampleRow } from "./sample";
import { checkLaw, type Law, type TruncationOptions } from "./truncation";
import { Vocabulary } from "./vocabulary";

/** Temperature and truncation of a draft. */
export type DraftOptions = Omit<TruncationOptions, "shape" | "mask" | "bias" | "penalties">;

/** Options of verifyDraft. */
export interface VerifyDraftOptions extends Omit<RowsOf<SampleOptions>, "shape"> {
  /** Sizes of the target's axes, the vocabulary last: tokens.length + 1 rows; default rows that are equally long. */
  shape?: readonly number[] | undefined;
  /** The logits that the tokens were drawn from, one row each, row after row; default none: the tokens were chosen without chance. */
  draft?: FloatInput | undefined;
  /** Temperature and truncation by which the tokens were drawn from the draft, where they differ from the target's. */
  draftOptions?: DraftOptions | undefined;
}

/** What came of a draft. */
export interface VerifyDraftResult {
  /** How many of the tokens are accepted: the first ones. */
  accepted: number;
  /** The token after those. */
  index: number;
  /** Its probability among the tokens that truncation leaves of the target's row. */
  prob: number;
  /** Its log-probability among all the tokens allowed in that row. */
  logProb: number;
  /** The log-probabilities of the accepted tokens, each among all the tokens allowed in its row of the target. */
  logProbs: NewFloats;
}

/** The type of verifyDraft. */
export interface VerifyDraft {
  /**
   * Verifies drafted tokens against a target model, and draws the token after those that are accepted: speculative sampling. What comes
   * out has exactly the law of tokens that were drawn from the target one by one.
   *
   *     accept token t while u < p_t / q_t        p, q = the probabilities of a row of target and draft, after truncation
   *     else draw from r_j = max(0, p_j - q_j)    once all are accepted, from p of the last row
   *
   * That law holds for tokens that sample drew from the draft's rows by the same options, each after the ones before it. Without `draft` the
   * tokens were chosen without chance: q_t is 1. At temperature 0 the draft is not read: tokens are accepted while they are the first
   * maximum.
   *
   * Row i of target and draft is for the token after the first i. `mask` and `bias` are for all rows, or lists with one a row. `penalties`
   * for all rows count the tokens before each row as generated; a list has one for each row, as it is.
   *
   * prob and logProb as those of sample, logProbs within 2^-24 · (6 + 2·|y|). Backends round differently, which can move a decision
   * only where random() falls within 1e-6 of where it changes (test/functions/verifyDraft.test.ts).
   * Source: Leviathan, Kalman & Matias 2023 (arXiv:2211.17192), algorithm 1.
   *
   * @param target   tokens.length + 1 rows of logits, one after the other
   * @param tokens   the drafted tokens
   * @param options  draft, draftOptions, shape, and those of sample. random is asked once for each token that is judged, then once for
   *                 the draw
   * @returns        how many are accepted, with their log-probabilities, and the token after them
   * @throws {TypeError}  an argument is not of the type it must be, or its buffer is detached
   * @throws {RangeError} lengths do not match, a token is no index of the vocabulary, an option is out of its range; in a row that is
   *                      come to, the draft could not have drawn the token, a logit that is allowed is NaN, none is allowed, or all of
   *                      those are -Infinity
   * @example
   * import { verifyDraft } from "softmax-wasm";
   * const target = [0, 9, 0, 0, 0, 9, 9, 0, 0]; // three rows
   * verifyDraft(target, [1, 0], { temperature: 0 }); // { accepted: 1, index: 2, prob: 1, logProb: 0, logProbs: [0] }
   */
  (target: FloatInput, tokens: TokenList, options?: VerifyDraftOptions): VerifyDraftResult;
}

const NO_OPTIONS: VerifyDraftOptions = {};
const VERIFY_DRAFT = "verifyDraft";

const readVerifyDraft = (options: VerifyDraftOptions): VerifyDraftOptions =>
  ownOptions(VERIFY_DRAFT, options, {
    shape: options.shape,
    draft: options.draft,
    draftOptions: options.draftOptions,
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

/** The draft's law: the target's, but for what differs. */
function checkDraftLaw(given: VerifyDraftOptions): Law {
  const { draftOptions } = given;
  if (draftOptions === undefined) return checkLaw(VERIFY_DRAFT, given);
  checkObject(VERIFY_DRAFT, "draftOptions", draftOptions, "temperature");
  const own = ownOptions<DraftOptions>(
    VERIFY_DRAFT,
    draftOptions,
    {
      temperature: draftOptions.temperature,
      topK: draftOptions.topK,
      topP: draftOptions.topP,
      minP: draftOptions.minP,
      minKeep: draftOptions.minKeep,
      temperatureLast: draftOptions.temperatureLast,
    },
    undefined,
    "draftOptions.",
  );
  checkLaw(VERIFY_DRAFT, own, "draftOptions.");
  return checkLaw(VERIFY_DRAFT, {
    temperature: own.temperature ?? given.temperature,
    topK: own.topK ?? given.topK,
    topP: own.topP ?? given.topP,
    minP: own.minP ?? given.minP,
    minKeep: own.minKeep ?? given.minKeep,
    temperatureLast: own.temperatureLast ?? given.temperatureLast,
  });
}

/** The draft's logits: a row for each token. */
function checkDraft(value: FloatInput, rows: number, vocabulary: number, dtype: Dtype | undefined): Logits {
  const x = checkFloats(VERIFY_DRAFT, "draft", value, dtype);
  checkLength(
    VERIFY_DRAFT,
    "draft",
    checkLive(VERIFY_DRAFT, "draft", x),
    rows * vocabulary,
    `${rows} rows of ${vocabulary}`,
  );
  return { name: "draft", x, rows, length: vocabulary, shaped: true };
}

/** A draft that is verified: everything that a call was given, checked. */
interface Draft {
  readonly core: Core<VocabularyKernels>;
  readonly tokens: Float64Array;
  readonly rows: Positions;
  readonly law: Law;
  readonly draftLaw: Law;
  readonly random: () => number;
}

/** Asks for a number. What gives it may run any code, including calls into this package. */
function ask({ random, rows }: Draft, row: number): number {
  const u = checkRandom(VERIFY_DRAFT, random);
  rows.target.checkAlive(VERIFY_DRAFT, row);
  rows.draft?.checkAlive(VERIFY_DRAFT, row);
  return u;
}

/** The odds that the draft gave a row's tokens; it must have given its token some. */
function draftedOdds({ core, tokens, rows, law, draftLaw }: Draft, row: number): Odds {
  const token = tokens[row];
  if (rows.draft === undefined || law.temperature === 0) return surely(token);
  const odds = oddsOf(VERIFY_DRAFT, new Vocabulary(core, rows.draft, row, draftPlace(core.heap)), draftLaw);
  if (!(odds.prob(token) > 0)) {
    refuseValue(VERIFY_DRAFT, "tokens", "tokens that the draft can have drawn", `${token} at index ${row}`);
  }
  return odds;
}

/** A row that was judged: its token is accepted, or what is needed to draw another. */
interface Verdict {
  readonly accepted: boolean;
  readonly target: Odds;
  readonly residual: Residual | undefined;
  /** The log-probability of a token of the row. */
  logProb(token: number): number;
}

function judge(draft: Draft, row: number, u: number): Verdict {
  const { core, tokens, rows, law } = draft;
  const token = tokens[row];
  const drafted = draftedOdds(draft, row);
  const place = drafted instanceof Chance ? placeBehind(core.heap, drafted.row) : undefined;
  const vocabulary = new Vocabulary(core, rows.target, row, place);
  const target = oddsOf(VERIFY_DRAFT, vocabulary, law);
  const accepted = u < target.prob(token) / drafted.prob(token);
  if (!(target instanceof Chance)) return { accepted, target, residual: undefined, logProb: () => 0 };
  const { distribution } = target;
  const { logSum } = distribution; // now, while the heap has the row
  return {
    accepted,
    target,
    residual: accepted ? undefined : residualOf(draft, row, vocabulary, target, drafted, place !== undefined),
    logProb: (of) => (vocabulary.row.logit(of) - distribution.m) / distribution.temperature - logSum,
  };
}

function residualOf(
  { core, rows }: Draft,
  row: number,
  vocabulary: Vocabulary,
  target: Chance,
  drafted: Odds,
  behind: boolean,
): Residual | undefined {
  const listed = listedResidual(vocabulary, target, drafted);
  if (listed !== false) return listed;
  const placed = vocabulary.row.here && (behind || !(drafted instanceof Chance));
  return walkedResidual(core, rows, row, target, drafted, placed);
}

/** The token in the place of one that was rejected. Where its residual is empty, it is drawn from the target. */
function replacement(draft: Draft, row: number, { target, residual, logProb }: Verdict): SampleResult {
  const u = ask(draft, row);
  if (target.certain >= 0) return { index: target.certain, prob: 1, logProb: 0 };
  const drawn = residual?.draw(u);
  if (drawn === undefined) return sampleRow(VERIFY_DRAFT, draft.core, draft.rows.target, row, draft.law, u);
  return { ...drawn, logProb: logProb(drawn.index) };
}

function verify(draft: Draft): VerifyDraftResult {
  const { core, tokens, rows, law } = draft;
  const logProbs = new Float32Array(tokens.length);
  for (let row = 0; row < tokens.length; row++) {
    const verdict = judge(draft, row, ask(draft, row));
    if (!verdict.accepted) {
      return { accepted: row, ...replacement(draft, row, verdict), logProbs: logProbs.slice(0, row) };
    }
    logProbs[row] = verdict.logProb(tokens[row]);
  }
  const { length } = tokens;
  const u = ask(draft, length);
  return { accepted: length, ...sampleRow(VERIFY_DRAFT, core, rows.target, length, law, u), logProbs };
}

export function verifyDraftOn(core: Core<VocabularyKernels>): VerifyDraft {
  return (target, tokens, options = NO_OPTIONS) => {
    checkObject(VERIFY_DRAFT, "options", options, "temperature");
    const given = readVerifyDraft(options);
    const law = checkLaw(VERIFY_DRAFT, given);
    if (given.draft === undefined && given.draftOptions !== undefined) {
      refuseType(VERIFY_DRAFT, "draft", "the logits that draftOptions are for", "undefined");
    }
    const draftLaw = checkDraftLaw(given);
    const { random = Math.random } = given;
    checkFunction(VERIFY_DRAFT, "random", random);
    const { dtype } = given;
    checkDtype(VERIFY_DRAFT, dtype);
    const x = checkFloats(VERIFY_DRAFT, "target", target, dtype);
    const ids = readTokenIds(VERIFY_DRAFT, "tokens", tokens);
    const all = checkPositions(VERIFY_DRAFT, "target", x, given.shape, ids.length);
    checkTokenRange(VERIFY_DRAFT, "tokens", ids, all.length);
    const drafted = given.draft === undefined ? undefined : checkDraft(given.draft, ids.length, all.length, dtype);
    const rows = checkHistory(VERIFY_DRAFT, all, drafted, ids, given);
    return verify({ core, tokens: ids, rows, law, draftLaw, random });
  };
}
