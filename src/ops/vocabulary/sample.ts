import {
  checkCount,
  checkFraction,
  checkRandom,
  checkTemperature,
  checkTokens,
  type FloatInput,
  type TokenMask,
} from "../../check";
import type { Core } from "../../heap";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { checkObject, ownOptions } from "../../options";
import { Distribution } from "./distribution";
import { draw } from "./draw";
import { type Truncation, truncate } from "./truncate";
import { Vocabulary } from "./vocabulary";

/** Options of sample. */
export interface SampleOptions {
  /** Logits are divided by it first; finite and >= 0; 0 takes the first maximum; default 1. Told apart down to 4.24e-39. */
  temperature?: number | undefined;
  /** Only this many of the most probable tokens, an integer >= 1; default all. 0 is an error: elsewhere it means all of them, or none. */
  topK?: number | undefined;
  /** Only the smallest set of the most probable tokens, of those that topK leaves, that has this share; in (0, 1]; default 1. */
  topP?: number | undefined;
  /** Only tokens at least this times as probable as the most probable one; in [0, 1]; default 0. */
  minP?: number | undefined;
  /**
   * 1 = allowed, 0 = not read; default all allowed. A bit for each token, bit i & 31 of word i >> 5, in a Uint32Array or Int32Array;
   * or a byte for each token, in a Uint8Array. Tokens past its end are not allowed; bits or bytes past the last token are ignored.
   */
  mask?: TokenMask | undefined;
  /** A number in [0, 1), asked for once in each call, before anything else is done; default Math.random. */
  random?: (() => number) | undefined;
}

/** The token that sample drew. */
export interface SampleResult {
  /** The token. */
  index: number;
  /** Its probability among the tokens it was drawn from. */
  prob: number;
  /** Its log-probability among all the tokens allowed, at this temperature. */
  logProb: number;
}

/** The type of sample. */
export interface Sample {
  /**
   * Draws a token: mask, temperature, topK, topP, minP, then the draw.
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
   * @param logits   one for each token
   * @param options  temperature, topK, topP, minP, mask, random
   * @returns        the token, its probability and its log-probability
   * @throws {TypeError}  an argument is not of the type it must be, or its buffer is detached
   * @throws {RangeError} an option is out of its range, random() is not in [0, 1);
   *                      a logit that is allowed is NaN (the first is named), none is allowed, or all of those are -Infinity
   * @example
   * import { sample } from "softmax-wasm";
   * sample(new Float32Array([0, 5, 1]), { temperature: 0 }); // { index: 1, prob: 1, logProb: 0 }
   */
  (logits: FloatInput, options?: SampleOptions): SampleResult;
}

const NO_OPTIONS: SampleOptions = {};
const SAMPLE = "sample";

const readSample = (options: SampleOptions): SampleOptions =>
  ownOptions(SAMPLE, options, {
    temperature: options.temperature,
    topK: options.topK,
    topP: options.topP,
    minP: options.minP,
    mask: options.mask,
    random: options.random,
  });

function checkTruncation({ topK, topP = 1, minP = 0 }: SampleOptions): Truncation {
  if (topK !== undefined) checkCount(SAMPLE, "topK", topK, 1, "leave it out to keep every token");
  checkFraction(SAMPLE, "topP", topP, false, "1 keeps every token");
  checkFraction(SAMPLE, "minP", minP, true, "0 keeps every token");
  return { topK: topK ?? Infinity, topP, minP };
}

export function sampleOn(core: Core<VocabularyKernels>): Sample {
  return (logits, options = NO_OPTIONS) => {
    checkObject(SAMPLE, "options", options, "temperature");
    const given = readSample(options);
    const temperature = checkTemperature(SAMPLE, given.temperature);
    const truncation = checkTruncation(given);
    const { random = Math.random, mask } = given;
    const u = checkRandom(SAMPLE, random);
    const tokens = checkTokens(SAMPLE, logits, mask);

    const vocabulary = new Vocabulary(core, tokens);
    const m = vocabulary.largest(SAMPLE, temperature > 0);
    if (temperature === 0 || m === Infinity) return { index: vocabulary.first(m), prob: 1, logProb: 0 };
    const distribution = new Distribution(vocabulary, m, temperature);
    const kept = truncate(vocabulary, distribution, truncation);
    const { index, prob } = draw(vocabulary, distribution, kept, u);
    return { index, prob, logProb: distribution.logProb(tokens.x[index]) };
  };
}
