import { checkCount, checkTemperature, checkTokens, type FloatInput, type TokenMask } from "../../check";
import type { Core } from "../../heap";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { checkObject, ownOptions } from "../../options";
import type { NewFloats } from "../axis";
import { Distribution } from "./distribution";
import { top } from "./top";
import { Vocabulary } from "./vocabulary";

/** Options of topK. */
export interface TopKOptions {
  /**
   * Logits are divided by it first; finite and >= 0; 0 gives the first maximum all the probability; default 1. Temperatures are told
   * apart down to log2(e) / FLT_MAX = 4.24e-39.
   */
  temperature?: number | undefined;
  /**
   * 1 = allowed, 0 = not read; default all allowed. A bit for each token, bit i & 31 of word i >> 5, in a Uint32Array or Int32Array;
   * or a byte for each token, in a Uint8Array. Tokens past its end are not allowed; bits or bytes past the last token are ignored.
   */
  mask?: TokenMask | undefined;
}

type NewWords = ReturnType<typeof Uint32Array.of>;

/** The tokens that topK found, and the log-sum-exp of the vocabulary. */
export interface TopKResult {
  /** Tokens, the most probable first; equal logits by index. */
  indices: NewWords;
  /** Their log-probabilities among all the tokens allowed. */
  logProbs: NewFloats;
  /** log Σ exp(x / T) of all the logits allowed. */
  logSumExp: number;
}

/** The type of topK. */
export interface TopK {
  /**
   * The k most probable tokens, and their log-probabilities under the whole vocabulary.
   *
   *     logProbs_j = (x_j - m) / T - log Σ_i exp((x_i - m) / T)        m = max x
   *
   * Tokens that the mask leaves out are not read and never returned: fewer than k come back where fewer are allowed. A +Infinity
   * has log-probability 0, the first one if there are several, and everything else -Infinity.
   *
   * Absolute error at most 2^-24 · (6 + 2·|y|) (test/functions/topK.test.ts). The field logSumExp has the bits of the function
   * logSumExp of the allowed logits, at every temperature.
   * Only the tokens above a lower bound of the k-th largest logit are sorted, by radix sort; so is a whole vocabulary, where k asks for
   * it.
   *
   * @param logits   one for each token
   * @param k        how many, an integer >= 1; more than the vocabulary has is all of it
   * @param options  temperature, mask
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
}

const NO_OPTIONS: TopKOptions = {};
const TOP_K = "topK";

const readTopK = (options: TopKOptions): TopKOptions =>
  ownOptions(TOP_K, options, { temperature: options.temperature, mask: options.mask });

export function topKOn(core: Core<VocabularyKernels>): TopK {
  return (logits, k, options = NO_OPTIONS) => {
    checkCount(TOP_K, "k", k);
    checkObject(TOP_K, "options", options, "temperature");
    const given = readTopK(options);
    const temperature = checkTemperature(TOP_K, given.temperature);
    const tokens = checkTokens(TOP_K, logits, given.mask);

    const vocabulary = new Vocabulary(core, tokens);
    const distribution = new Distribution(vocabulary, vocabulary.largest(TOP_K, true), temperature);
    const { indices, logProbs } = top(vocabulary, distribution, Math.min(k, tokens.length));
    if (distribution.certain) logProbs.fill(-Infinity).fill(0, 0, 1);
    return { indices: indices as NewWords, logProbs: logProbs as NewFloats, logSumExp: distribution.logSumExp };
  };
}
