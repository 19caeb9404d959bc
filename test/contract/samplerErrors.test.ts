/** What multinomialSampler refuses of a generation_config and of input_ids, word for word, before anything is written. */
import { describe, expect, it } from "vitest";
import { type GenerationConfig, multinomialSampler, type SamplerOptions } from "../../src/transformers";

describe("multinomialSampler refuses", () => {
  const name = "multinomialSampler";
  it.each<[config: unknown, error: Error]>([
    [
      { repetition_penalty: 0 },
      new RangeError(`${name}: "repetition_penalty" expected a finite number > 0 (1 or null changes nothing), got 0`),
    ],
    [{ repetition_penalty: "2" }, new TypeError(`${name}: "repetition_penalty" expected a number, got string`)],
    [
      { bad_words_ids: 5 },
      new TypeError(`${name}: "bad_words_ids" expected an array of arrays of token ids, got number 5`),
    ],
    [
      { bad_words_ids: [[1], 2] },
      new TypeError(
        `${name}: "bad_words_ids[1]" expected an array of token ids, a Uint32Array, an Int32Array or a BigInt64Array, got number 2`,
      ),
    ],
    [{ bad_words_ids: [[1], []] }, new RangeError(`${name}: "bad_words_ids[1]" expected at least one token, got none`)],
    [
      { bad_words_ids: [[1], null] },
      new TypeError(
        `${name}: "bad_words_ids[1]" expected an array of token ids, a Uint32Array, an Int32Array or a BigInt64Array, got null`,
      ),
    ],
    [
      { suppress_tokens: [1, -1] },
      new RangeError(`${name}: "suppress_tokens" expected integers from 0 to 4294967295, got -1 at index 1`),
    ],
    [{ suppress_tokens: ["a"] }, new TypeError(`${name}: "suppress_tokens" expected token ids, got string at index 0`)],
    [
      { begin_suppress_tokens: [1] },
      new TypeError(
        `${name}: "promptLength" expected a number (begin_suppress_tokens counts from there), got undefined`,
      ),
    ],
    [
      { min_new_tokens: 1, eos_token_id: 2 },
      new TypeError(`${name}: "promptLength" expected a number (min_new_tokens counts from there), got undefined`),
    ],
    [
      { min_length: 1 },
      new TypeError(`${name}: "eos_token_id" expected token ids (min_length bans them), got undefined`),
    ],
    [
      { min_length: 1, eos_token_id: null },
      new TypeError(`${name}: "eos_token_id" expected token ids (min_length bans them), got null`),
    ],
    ...(["min_length", "min_new_tokens", "no_repeat_ngram_size"] as const).map((field): [unknown, Error] => [
      { [field]: -1 },
      new RangeError(`${name}: "${field}" expected an integer >= 0 (0 or null is off), got -1`),
    ]),
  ])("generation_config %j", (config, error) => {
    expect(() => multinomialSampler(config as GenerationConfig)).toThrow(error);
  });

  it.each<[options: unknown, error: Error]>([
    [{ mask: new Uint32Array(1) }, new TypeError(`${name}: "mask" expected a function, got Uint32Array`)],
    [{ promptLength: -1 }, new RangeError(`${name}: "promptLength" expected an integer >= 0, got -1`)],
    [{ promptLength: 3n }, new TypeError(`${name}: "promptLength" expected a number, got bigint`)],
  ])("options %#", (options, error) => {
    expect(() => multinomialSampler({}, options as SamplerOptions)).toThrow(error);
  });

  const logits = { dims: [2, 4], data: new Float32Array(8) };
  it.each<[config: GenerationConfig, input_ids: unknown, error: Error]>([
    [
      { repetition_penalty: 2 },
      undefined,
      new TypeError(
        `${name}: "input_ids" expected an array with the token ids of each row (repetition_penalty reads them), got undefined`,
      ),
    ],
    [
      { bad_words_ids: [[1, 2]] },
      BigInt64Array.of(1n, 2n),
      new TypeError(
        `${name}: "input_ids" expected an array with the token ids of each row (bad_words_ids reads them), got BigInt64Array`,
      ),
    ],
    [
      { no_repeat_ngram_size: 2 },
      [[1]],
      new RangeError(`${name}: "input_ids" expected one list for each of 2 rows of logits, got 1`),
    ],
    [
      { repetition_penalty: 2 },
      [1n, 2n],
      new TypeError(
        `${name}: "input_ids[0]" expected an array of token ids, a Uint32Array, an Int32Array or a BigInt64Array, got bigint`,
      ),
    ],
    [
      { repetition_penalty: 2 },
      [[1], [-1]],
      new RangeError(`${name}: "input_ids[1]" expected integers from 0 to 4294967295, got -1 at index 0`),
    ],
    [
      { suppress_tokens: [1, 4] },
      [],
      new RangeError(`${name}: "suppress_tokens" expected integers from 0 to 3, got 4 at index 1`),
    ],
    [
      { bad_words_ids: [[0], [9, 1]] },
      [[], []],
      new RangeError(`${name}: "bad_words_ids[1]" expected integers from 0 to 3, got 9 at index 0`),
    ],
    [
      { suppress_tokens: [0, 1, 2, 3] },
      [],
      new RangeError('sample: "bias" expected to leave a token whose logit is above -Infinity, got none in row 0'),
    ],
  ])("%j with input_ids %#", (config, input_ids, error) => {
    const sampler = multinomialSampler(config);
    expect(() => sampler(input_ids as never, logits)).toThrow(error);
    expect(() => sampler.sample(logits, input_ids as never)).toThrow(error);
    expect(logits.data).toEqual(new Float32Array(8));
  });
});
