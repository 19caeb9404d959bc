import {
  checkCount,
  checkFunction,
  checkTokenIds,
  checkTokenMask,
  isList,
  kind,
  refuseType,
  refuseValue,
  type TokenList,
  type TokenMask,
} from "../check";
import { type Bias, type Penalties, type SampleResult, sample } from "../index";
import { checkObject, ownOptions } from "../options";
import { checkConfig, type GenerationConfig, readConfig, type Settings } from "./generationConfig";
import { type Batch, batchOf, type LogitsTensor, leaveOnly } from "./logits";

/** Options of multinomialSampler that are no fields of a generation_config. */
export interface SamplerOptions {
  /** A number in [0, 1), asked for once for each token; default Math.random. */
  random?: () => number;
  /**
   * Told of each token that is drawn, and in which row of the batch: generate() gives no log-probabilities out. Of several rows they
   * are rounded to float32.
   */
  onSample?: (token: SampleResult, row: number) => void;
  /** Asked before each draw, once for each row of the batch: which tokens are allowed there, all of them if undefined. */
  mask?: (row: number) => TokenMask | undefined;
  /** How many tokens of each row of input_ids are the prompt: begin_suppress_tokens and min_new_tokens count from there. */
  promptLength?: number;
}

/** A LogitsProcessor for generate(), and the sampling step alone. */
export interface MultinomialSampler {
  /**
   * The call that generate() makes: draws a token for each row, then masks every other logit, in place. The token's logit becomes
   * 0, the rest -Infinity, so that any sampler after it chooses that token.
   *
   * @param input_ids  the text of each row so far; read if a field of the generation_config depends on it
   * @param logits     of dims [batch, vocabulary]
   * @returns          logits
   */
  <T extends LogitsTensor>(input_ids: readonly TokenList[], logits: T): T;
  /** The same function: transformers.js's type of a LogitsProcessor has it under this name too. */
  _call<T extends LogitsTensor>(input_ids: readonly TokenList[], logits: T): T;
  /**
   * Draws a token from each row and changes nothing.
   *
   * @param logits     of dims [vocabulary] or [batch, vocabulary]
   * @param input_ids  the text of each row so far, as a list with a list of tokens for each; needed where a field of the
   *                   generation_config depends on it
   * @returns          for each row what transformers.js's sampler resolves to: a token's id and the logarithm of its probability
   *                   among the tokens it was drawn from
   */
  sample(logits: LogitsTensor, input_ids?: readonly TokenList[]): [id: bigint, score: number][];
}

const MULTINOMIAL_SAMPLER = "multinomialSampler";
const ANY_TOKEN = 2 ** 32;

/** The text of each row in numbers, undefined where none is needed. */
function textsOf(
  input_ids: readonly TokenList[] | undefined,
  { rows }: Batch,
  reads: string | undefined,
): Float64Array[] | undefined {
  if (reads === undefined) return undefined;
  if (!isList(input_ids)) {
    const wanted = `an array with the token ids of each row (${reads} reads them)`;
    refuseType(MULTINOMIAL_SAMPLER, "input_ids", wanted, kind(input_ids));
  }
  const lists = input_ids as unknown as readonly TokenList[];
  const { length } = lists;
  if (length !== rows) {
    refuseValue(MULTINOMIAL_SAMPLER, "input_ids", `one list for each of ${rows} rows of logits`, `${length}`);
  }
  const texts: Float64Array[] = [];
  for (let r = 0; r < rows; r++) {
    texts.push(checkTokenIds(MULTINOMIAL_SAMPLER, `input_ids[${r}]`, lists[r], ANY_TOKEN));
  }
  return texts;
}

/** The mask of each row; undefined if there is none at all. */
function masksOf({ rows }: Batch, mask: SamplerOptions["mask"]): (TokenMask | undefined)[] | undefined {
  if (mask === undefined) return undefined;
  const masks: (TokenMask | undefined)[] = [];
  for (let r = 0; r < rows; r++) masks.push(mask(r));
  masks.forEach((given, r) => {
    if (given !== undefined) checkTokenMask(MULTINOMIAL_SAMPLER, `mask(${r})`, given);
  });
  return masks;
}

/** @param text  undefined where the bans depend on none */
function biasOf({ bans }: Settings, { vocabulary }: Batch, text: Float64Array = new Float64Array(0)): Bias | undefined {
  const tokens = bans.after(text).filter((token) => token < vocabulary);
  return tokens.length === 0 ? undefined : { tokens, values: new Float32Array(tokens.length).fill(-Infinity) };
}

/** A token of the text that has no logit, as one that stands for an image may have none, has nothing to lose. */
function penaltiesOf({ repetition }: Settings, { vocabulary }: Batch, text: Float64Array): Penalties {
  let known = 0;
  const tokens = new Uint32Array(text.length);
  for (let i = 0; i < text.length; i++) if (text[i] < vocabulary) tokens[known++] = text[i];
  return { tokens: tokens.subarray(0, known), repetition };
}

/** A token for each row: one call for all of them. */
function drawFrom(
  batch: Batch,
  settings: Settings,
  { random, mask }: SamplerOptions,
  input_ids: readonly TokenList[] | undefined,
): SampleResult[] {
  settings.bans.check(batch.vocabulary);
  const texts = textsOf(input_ids, batch, settings.reads);
  const masks = masksOf(batch, mask);
  const biases = texts?.map((text) => biasOf(settings, batch, text));
  const bias = texts === undefined ? biasOf(settings, batch) : undefined;
  const lost = settings.repetition === 1 ? undefined : texts?.map((text) => penaltiesOf(settings, batch, text));
  const { x, dtype, rows, vocabulary } = batch;
  if (rows === 1) {
    const one = { mask: masks?.[0], bias: biases?.[0] ?? bias, penalties: lost?.[0] };
    return [sample(x, { ...settings.law, ...one, random, dtype })];
  }
  const all = { mask: masks, bias: biases ?? bias, penalties: lost };
  const { index, prob, logProb } = sample(x, { ...settings.law, ...all, random, dtype, shape: [rows, vocabulary] });
  return Array.from(index, (token, r) => ({ index: token, prob: prob[r], logProb: logProb[r] }));
}

function readOptions(options: SamplerOptions): SamplerOptions {
  checkObject(MULTINOMIAL_SAMPLER, "options", options);
  const given = ownOptions(MULTINOMIAL_SAMPLER, options, {
    random: options.random,
    onSample: options.onSample,
    mask: options.mask,
    promptLength: options.promptLength,
  });
  for (const name of ["random", "onSample", "mask"] as const) {
    if (given[name] !== undefined) checkFunction(MULTINOMIAL_SAMPLER, name, given[name]);
  }
  if (given.promptLength !== undefined) checkCount(MULTINOMIAL_SAMPLER, "promptLength", given.promptLength, 0);
  return given;
}

/**
 * The multinomial sampling step of transformers.js, by softmax-wasm's `sample`: no copy and no sort of the vocabulary, and top_p and
 * min_p count.
 *
 * transformers.js does not let its sampler be replaced, but generate() takes LogitsProcessors and calls them last. This one draws a
 * token and masks all others, so that greedy decoding must take it. So pass `do_sample: false` to generate(), and all that decides
 * which token is drawn here.
 *
 * What generate() finds in its arguments and in the model's generation_config it does itself, before it calls this. Tokens that are
 * banned there and here are just banned. But a penalty that is given there and here is applied twice: where repetition_penalty is given
 * here, pass `repetition_penalty: 1` to generate(), which also switches the model's own off. With do_sample: true the temperature
 * would be applied by both.
 *
 * Fields are read as transformers.js reads them: bad_words_ids that are eos_token_id are banned too, padding in input_ids is part of
 * the text. forced_bos_token_id, forced_eos_token_id, guidance_scale and what is peculiar to a model are not read: generate() does
 * them.
 *
 * @param generation_config  the fields of GenerationConfig: read now, and not again
 * @param options            random, onSample, mask, promptLength
 * @returns                  a function to push to generate()'s logits_processor; its `sample` draws for a loop of one's own
 * @throws {TypeError}  a field or option is not of the type it must be; a field needs promptLength or eos_token_id, and there is none;
 *                      later, logits that are not a Tensor of float32 or float16, or no input_ids where a field depends on them
 * @throws {RangeError} a field is out of its range, num_beams is not 1; later, a token of a field is not in the vocabulary, or what
 *                      sample does not draw from: NaN, nothing above -Infinity
 * @example
 * import { multinomialSampler } from "softmax-wasm/transformers";
 * const sampler = multinomialSampler({ temperature: 0.7, top_k: 0, top_p: 0.95, repetition_penalty: 1.1 });
 * const logits_processor = new LogitsProcessorList(); // of transformers.js
 * logits_processor.push(sampler);
 * await model.generate({ ...inputs, do_sample: false, repetition_penalty: 1, logits_processor });
 * const [[id, score]] = sampler.sample(logits, input_ids); // in a loop of one's own
 */
export function multinomialSampler(
  generation_config: GenerationConfig | null = {},
  options: SamplerOptions = {},
): MultinomialSampler {
  const config = readConfig(MULTINOMIAL_SAMPLER, generation_config ?? {});
  const how = readOptions(options);
  const settings = checkConfig(MULTINOMIAL_SAMPLER, config, how.promptLength);
  const { onSample } = how;

  function choose<T extends LogitsTensor>(input_ids: readonly TokenList[], logits: T): T {
    const batch = batchOf(MULTINOMIAL_SAMPLER, logits);
    const tokens = drawFrom(batch, settings, how, input_ids); // all of them before anything is written
    leaveOnly(
      batch,
      tokens.map(({ index }) => index),
    );
    tokens.forEach((token, r) => onSample?.(token, r));
    return logits;
  }

  return Object.assign(choose, {
    _call: choose,
    sample(logits: LogitsTensor, input_ids?: readonly TokenList[]): [bigint, number][] {
      const tokens = drawFrom(batchOf(MULTINOMIAL_SAMPLER, logits), settings, how, input_ids);
      tokens.forEach((token, r) => onSample?.(token, r));
      return tokens.map(({ index, prob }) => [BigInt(index), Math.log(prob)]);
    },
  });
}
