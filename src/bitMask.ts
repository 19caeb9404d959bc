import { checkSize, checkToken, checkTokenList, newWords, type TokenList } from "./check";

/** A Uint32Array on a buffer of its own, as NewFloats. */
type NewWords = ReturnType<typeof Uint32Array.of>;

/**
 * The bit mask in which these tokens are allowed and no others: for the `mask` of topK and sample.
 *
 * @param tokens      in any order, also more than once
 * @param vocabulary  how many tokens there are, >= 1
 * @returns           a word for each 32 tokens: token i is bit i & 31 of word i >> 5
 * @throws {TypeError}  tokens is no list of token ids, or vocabulary is not a number
 * @throws {RangeError} a token is not in the vocabulary, or vocabulary is not an integer >= 1
 * @example
 * import { bitMask, sample } from "softmax-wasm";
 * const yesOrNo = bitMask([981, 220], 2000);
 * sample(logits, { mask: yesOrNo }); // one of the two
 */
export function bitMask(tokens: TokenList, vocabulary: number): NewWords {
  const fn = "bitMask";
  const length = checkTokenList(fn, "tokens", tokens);
  checkSize(fn, "vocabulary", vocabulary);
  const words = newWords(fn, "vocabulary", vocabulary);
  for (let i = 0; i < length; i++) {
    const token = checkToken(fn, "tokens", tokens, i, vocabulary);
    words[Math.floor(token / 32)] |= 1 << (token & 31);
  }
  return words as NewWords;
}
