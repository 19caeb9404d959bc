/**
 * Which tokens may not come next: bad_words_ids, suppress_tokens, begin_suppress_tokens, no_repeat_ngram_size, min_length and
 * min_new_tokens, each as the processor of transformers.js has it. A text is all tokens so far, the prompt included.
 */
import { checkCount, checkTokenIds, isList, kind, refuseType, refuseValue, type TokenList } from "../check";
import type { GenerationConfig } from "./generationConfig";

/** More than any vocabulary has: that of the logits is not known yet. */
const ANY_VOCABULARY = 2 ** 32;

/** Token ids of the config, and the name that an error gives them. */
interface Named {
  readonly name: string;
  readonly tokens: Float64Array;
}

const NONE: Named = { name: "", tokens: new Float64Array(0) };

/** A list of tokens that may be missing. */
function checkTokens(fn: string, name: string, list: TokenList | null | undefined): Named {
  return list === null || list === undefined ? NONE : { name, tokens: checkTokenIds(fn, name, list, ANY_VOCABULARY) };
}

/** The sequences of bad_words_ids. */
function checkWords(fn: string, words: readonly TokenList[] | null | undefined): Named[] {
  if (words === null || words === undefined) return [];
  if (!isList(words)) refuseType(fn, "bad_words_ids", "an array of arrays of token ids", kind(words));
  const checked: Named[] = [];
  const { length } = words;
  for (let i = 0; i < length; i++) {
    const name = `bad_words_ids[${i}]`;
    const tokens = checkTokenIds(fn, name, words[i] as unknown as TokenList, ANY_VOCABULARY);
    if (tokens.length === 0) refuseValue(fn, name, "at least one token", "none");
    checked.push({ name, tokens });
  }
  return checked;
}

type Count = "no_repeat_ngram_size" | "min_length" | "min_new_tokens";

function countOf(fn: string, name: Count, config: GenerationConfig): number {
  const count = config[name] ?? 0;
  checkCount(fn, name, count, 0, "0 or null is off");
  return count;
}

/** promptLength, which a field counts from. */
function promptOf(fn: string, promptLength: number | undefined, field: string): number {
  if (promptLength !== undefined) return promptLength;
  return refuseType(fn, "promptLength", `a number (${field} counts from there)`, "undefined");
}

/** Whether the text before `end` ends with the `count` first tokens of the sequence. */
function endsWith(text: Float64Array, end: number, sequence: Float64Array, from: number, count: number): boolean {
  for (let j = 1; j <= count; j++) if (text[end - j] !== sequence[from + count - j]) return false;
  return end >= count;
}

export class Bans {
  /** A field that cannot do without the text, if one is in use. */
  readonly reads: string | undefined;
  readonly #fn: string;
  /** Every list of the config, to be held against the vocabulary. */
  readonly #lists: readonly Named[];
  readonly #always: readonly number[];
  /** bad_words_ids of several tokens. */
  readonly #words: readonly Float64Array[];
  /** Banned in a text of just this length. */
  readonly #atBegin: Float64Array;
  readonly #begin: number;
  /** Banned in a text that is shorter. */
  readonly #eos: Float64Array;
  readonly #shortest: number;
  /** 0 is off. */
  readonly #ngram: number;

  constructor(fn: string, config: GenerationConfig, promptLength: number | undefined) {
    const words = checkWords(fn, config.bad_words_ids);
    const suppressed = checkTokens(fn, "suppress_tokens", config.suppress_tokens);
    const atBegin = checkTokens(fn, "begin_suppress_tokens", config.begin_suppress_tokens);
    const minLength = countOf(fn, "min_length", config);
    const minNew = countOf(fn, "min_new_tokens", config);
    this.#fn = fn;
    this.#ngram = countOf(fn, "no_repeat_ngram_size", config);
    this.#begin = atBegin.tokens.length > 0 ? promptOf(fn, promptLength, "begin_suppress_tokens") : 0;
    this.#shortest = Math.max(minLength, minNew > 0 ? minNew + promptOf(fn, promptLength, "min_new_tokens") : 0);
    const eos = this.#shortest > 0 ? this.#checkEos(config.eos_token_id, minNew) : NONE;
    this.#lists = [...words, suppressed, atBegin, eos];
    this.#words = words.map(({ tokens }) => tokens).filter(({ length }) => length > 1);
    this.#always = [...suppressed.tokens, ...words.flatMap(({ tokens }) => (tokens.length === 1 ? [tokens[0]] : []))];
    this.#atBegin = atBegin.tokens;
    this.#eos = eos.tokens;
    if (this.#words.length > 0) this.reads = "bad_words_ids";
    else if (this.#atBegin.length > 0) this.reads = "begin_suppress_tokens";
    else if (this.#ngram > 0) this.reads = "no_repeat_ngram_size";
    else if (this.#shortest > 0) this.reads = minNew > 0 ? "min_new_tokens" : "min_length";
  }

  #checkEos(eos: GenerationConfig["eos_token_id"], minNew: number): Named {
    const list = typeof eos === "number" || typeof eos === "bigint" ? [eos] : eos;
    if (list !== null && list !== undefined) return checkTokens(this.#fn, "eos_token_id", list);
    const wanted = `token ids (${minNew > 0 ? "min_new_tokens" : "min_length"} bans them)`;
    return refuseType(this.#fn, "eos_token_id", wanted, kind(eos));
  }

  /** Refuses a token of the config that is none of the vocabulary. */
  check(vocabulary: number): void {
    for (const { name, tokens } of this.#lists) {
      const at = tokens.findIndex((token) => token >= vocabulary);
      if (at < 0) continue;
      refuseValue(this.#fn, name, `integers from 0 to ${vocabulary - 1}`, `${tokens[at]} at index ${at}`);
    }
  }

  /** The tokens that may not come after a text, some perhaps more than once. */
  after(text: Float64Array): number[] {
    const { length } = text;
    const banned = [...this.#always];
    if (length === this.#begin) for (const token of this.#atBegin) banned.push(token);
    if (length < this.#shortest) for (const token of this.#eos) banned.push(token);
    for (const word of this.#words) {
      const last = word.length - 1;
      if (endsWith(text, length, word, 0, last)) banned.push(word[last]);
    }
    if (this.#ngram > 0) this.#repeated(text, banned);
    return banned;
  }

  /** Each token that came where the text's last n - 1 tokens stood before it. */
  #repeated(text: Float64Array, banned: number[]): void {
    const before = this.#ngram - 1;
    const { length } = text;
    for (let i = before; i < length; i++) {
      if (endsWith(text, i, text, length - before, before)) banned.push(text[i]);
    }
  }
}
