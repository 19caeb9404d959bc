/** Every error that the functions of a vocabulary can be made to throw: its class, its whole message, and that the next call works. */
import { describe, expect, it } from "vitest";
import { BACKENDS, runtimeOf } from "../judge/backends";

type Fault = [error: ErrorConstructor, message: string, options: Record<string, unknown>, logits?: unknown];
const TEN = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const LOGITS = Float32Array.from({ length: 40 }, (_, i) => i % 7);

const detached = (): Uint32Array => {
  const mask = new Uint32Array(2);
  structuredClone(mask.buffer, { transfer: [mask.buffer] });
  return mask;
};
const at = (index: number, value: number): Float32Array => LOGITS.map((v, i) => (i === index ? value : v));

/** Arguments that topK and sample refuse alike. */
const BOTH: Fault[] = [
  [TypeError, '"logits" expected a Float32Array or an array of numbers, got string', {}, "123"],
  [TypeError, '"logits" expected numbers, got string at index 1', {}, [1, "2"]],
  [TypeError, '"logits" expected numbers, got Array at index 0 (nested arrays? pass logits.flat())', {}, [[1, 2]]],
  [
    TypeError,
    '"logits" expected a Float32Array or an array of numbers, got Object (a tensor? pass its "data")',
    {},
    { data: Float32Array.of(1, 2), dims: [1, 2] },
  ],
  [
    TypeError,
    '"logits" expected a Float32Array or an array of numbers, got Uint16Array (bits of floats? say which: dtype "float16" or "bfloat16")',
    {},
    Uint16Array.of(0x3c00, 0x4000),
  ],
  [RangeError, '"logits" expected at least one, got length 0', {}, []],
  [RangeError, '"logits" expected numbers, got NaN at index 33', {}, at(33, Number.NaN)],
  [RangeError, '"logits" expected one above -Infinity, got none', {}, TEN.map(() => -Infinity)],
  [
    RangeError,
    '"logits" expected numbers where the mask allows, got NaN at index 33',
    { mask: Uint32Array.of(0, 3) },
    at(33, Number.NaN),
  ],
  [
    RangeError,
    '"mask" expected to allow a token whose logit is above -Infinity, got none',
    { mask: Uint32Array.of(0, 0) },
  ],
  [
    RangeError,
    '"mask" expected to allow a token whose logit is above -Infinity, got none',
    { mask: Uint32Array.of(8, 0) },
    at(3, -Infinity),
  ],
  [
    RangeError,
    '"mask" expected to allow a token whose logit is above -Infinity, got none',
    { mask: new Uint8Array(0) },
  ],
  [RangeError, '"mask" expected one, or a list of 1 (one a row), got a list of 2', { mask: [1, 1] }],
  [TypeError, '"mask[0]" expected a Uint32Array, an Int32Array or a Uint8Array, got number 1', { mask: [1] }],
  [
    TypeError,
    '"mask" expected a Uint32Array, an Int32Array or a Uint8Array, got Uint16Array',
    { mask: new Uint16Array(3) },
  ],
  [TypeError, '"mask" expected a live array, got one whose buffer is detached', { mask: detached() }],
  [TypeError, '"temperature" expected a number, got string', { temperature: "1" }],
  [RangeError, '"temperature" expected a finite number >= 0, got -1', { temperature: -1 }],
  [RangeError, '"temperature" expected a finite number >= 0, got NaN', { temperature: Number.NaN }],
  [RangeError, '"temperature" expected a finite number >= 0, got Infinity', { temperature: Infinity }],
];

const SAMPLE: Fault[] = [
  [TypeError, '"topK" expected a number, got string', { topK: "5" }],
  [RangeError, '"topK" expected an integer >= 1 (leave it out to keep every token), got 0', { topK: 0 }],
  [RangeError, '"topK" expected an integer >= 1 (leave it out to keep every token), got -3', { topK: -3 }],
  [RangeError, '"topK" expected an integer >= 1 (leave it out to keep every token), got 1.5', { topK: 1.5 }],
  [RangeError, '"topK" expected an integer >= 1 (leave it out to keep every token), got NaN', { topK: Number.NaN }],
  [TypeError, '"topP" expected a number, got null', { topP: null }],
  [RangeError, '"topP" expected a number in (0, 1] (1 keeps every token), got 0', { topP: 0 }],
  [RangeError, '"topP" expected a number in (0, 1] (1 keeps every token), got 1.01', { topP: 1.01 }],
  [RangeError, '"topP" expected a number in (0, 1] (1 keeps every token), got NaN', { topP: Number.NaN }],
  [TypeError, '"minP" expected a number, got boolean true', { minP: true }],
  [RangeError, '"minP" expected a number in [0, 1] (0 keeps every token), got -0.1', { minP: -0.1 }],
  [RangeError, '"minP" expected a number in [0, 1] (0 keeps every token), got 2', { minP: 2 }],
  [RangeError, '"minP" expected a number in [0, 1] (0 keeps every token), got NaN', { minP: Number.NaN }],
  [TypeError, '"random" expected a function, got number 0.5', { random: 0.5 }],
  [TypeError, '"random" expected to return a number, got undefined', { random: () => undefined }],
  [RangeError, '"random" expected to return a number in [0, 1), got 1', { random: () => 1 }],
  [RangeError, '"random" expected to return a number in [0, 1), got -0.5', { random: () => -0.5 }],
  [RangeError, '"random" expected to return a number in [0, 1), got NaN', { random: () => Number.NaN }],
];

const HUNDRED = Float32Array.from({ length: 100 }, (_, i) => i % 7);

/** What changes logits, and rows: every function of the vocabulary takes them. */
const EDITS: Fault[] = [
  [TypeError, '"bias" expected an object, got number 3', { bias: 3 }],
  [
    TypeError,
    '"bias.token" is no option (did you mean "tokens"?), expected one of tokens, values',
    { bias: { token: [1], values: [1] } },
  ],
  [
    TypeError,
    '"bias.tokens" expected an array of token ids, a Uint32Array, an Int32Array or a BigInt64Array, got undefined',
    { bias: { values: [1] } },
  ],
  [
    TypeError,
    '"bias.tokens" expected an array of token ids, a Uint32Array, an Int32Array or a BigInt64Array, got Float32Array',
    { bias: { tokens: Float32Array.of(1), values: [1] } },
  ],
  [
    TypeError,
    '"bias.tokens" expected token ids, got string at index 1',
    { bias: { tokens: [1, "2"], values: [1, 1] } },
  ],
  [
    RangeError,
    '"bias.tokens" expected integers from 0 to 99, got 100 at index 1',
    { bias: { tokens: [1, 100], values: [1, 1] } },
  ],
  [
    RangeError,
    '"bias.tokens" expected integers from 0 to 99, got -1 at index 0',
    { bias: { tokens: BigInt64Array.of(-1n), values: [1] } },
  ],
  [
    RangeError,
    '"bias.tokens" expected integers from 0 to 99, got 1.5 at index 0',
    { bias: { tokens: [1.5], values: [1] } },
  ],
  [TypeError, '"bias.values" expected a Float32Array or an array of numbers, got undefined', { bias: { tokens: [1] } }],
  [RangeError, '"bias.values" expected length 2 (as bias.tokens), got 1', { bias: { tokens: [1, 2], values: [1] } }],
  [
    RangeError,
    '"bias.values" expected numbers, got NaN at index 1',
    { bias: { tokens: [1, 2], values: [1, Number.NaN] } },
  ],
  [
    RangeError,
    '"bias" expected to leave a token whose logit is above -Infinity, got none',
    { bias: { tokens: Array.from({ length: 100 }, (_, i) => i), values: new Float32Array(100).fill(-Infinity) } },
  ],
  [
    RangeError,
    '"logits" expected numbers, got NaN at index 33',
    { bias: { tokens: [33], values: [Infinity] } },
    Float32Array.from(HUNDRED).fill(Number.NaN, 33, 34),
  ],
  [
    TypeError,
    '"bias[1].1" is no option, expected one of tokens, values',
    { shape: [2, 50], bias: [undefined, { 1: 5 }] },
  ],
  [TypeError, '"penalties" expected an object, got string', { penalties: "none" }],
  [
    TypeError,
    '"penalties.tokens" expected an array of token ids, a Uint32Array, an Int32Array or a BigInt64Array, got undefined',
    { penalties: { presence: 1 } },
  ],
  [
    RangeError,
    '"penalties.repetition" expected a finite number > 0 (1 changes nothing), got 0',
    { penalties: { tokens: [1], repetition: 0 } },
  ],
  [TypeError, '"penalties.repetition" expected a number, got string', { penalties: { tokens: [1], repetition: "1" } }],
  [
    RangeError,
    '"penalties.frequency" expected a finite number, got Infinity',
    { penalties: { tokens: [1], frequency: Infinity } },
  ],
  [
    RangeError,
    '"penalties.presence" expected a finite number, got NaN',
    { penalties: { tokens: [1], presence: Number.NaN } },
  ],
  [
    RangeError,
    '"penalties.promptLength" expected an integer >= 0, got -1',
    { penalties: { tokens: [1], promptLength: -1 } },
  ],
  [
    RangeError,
    '"penalties.promptLength" expected at most 1, as many as penalties.tokens, got 2',
    { penalties: { tokens: [1], promptLength: 2 } },
  ],
  [TypeError, '"shape" expected an array of sizes, got number 5', { shape: 5 }],
  [RangeError, '"shape" expected at least one size, got []', { shape: [] }],
  [RangeError, '"shape" expected sizes that are integers >= 0, the last one >= 1, got [100, 0]', { shape: [100, 0] }],
  [RangeError, '"shape" expected sizes whose product is logits.length = 100, got [3, 50] = 150', { shape: [3, 50] }],
  [
    RangeError,
    '"bias" expected one, or a list of 2 (one a row), got a list of 1',
    { shape: [2, 50], bias: [undefined] },
  ],
  [TypeError, '"bias[1]" expected an object, got number 1', { shape: [2, 50], bias: [undefined, 1] }],
  [
    RangeError,
    '"bias[1].tokens" expected integers from 0 to 49, got 50 at index 0',
    { shape: [2, 50], bias: [undefined, { tokens: [50], values: [1] }] },
  ],
  [
    RangeError,
    '"penalties[0].presence" expected a finite number, got NaN',
    { shape: [2, 50], penalties: [{ tokens: [], presence: Number.NaN }, undefined] },
  ],
  [
    TypeError,
    '"mask[1]" expected a Uint32Array, an Int32Array or a Uint8Array, got Array',
    { shape: [2, 50], mask: [undefined, [1]] },
  ],
  [
    RangeError,
    '"logits" expected numbers, got NaN at row 1, index 8',
    { shape: [2, 50] },
    Float32Array.from(HUNDRED).fill(Number.NaN, 58, 59),
  ],
  [
    RangeError,
    '"mask" expected to allow a token whose logit is above -Infinity, got none in row 0',
    { shape: [2, 50], mask: new Uint8Array(3) },
  ],
];

const TRUNCATION: Fault[] = [
  [RangeError, '"minKeep" expected an integer >= 1, got 0', { minKeep: 0 }],
  [TypeError, '"minKeep" expected a number, got string', { minKeep: "2" }],
  [TypeError, '"temperatureLast" expected a boolean, got number 1', { temperatureLast: 1 }],
];

type Given = [error: ErrorConstructor, message: string, tokens: unknown, options?: Record<string, unknown>];
const TOKENS: Given[] = [
  [
    TypeError,
    '"tokens" expected an array of token ids, a Uint32Array, an Int32Array or a BigInt64Array, got undefined',
    undefined,
  ],
  [
    TypeError,
    '"tokens" expected an array of token ids, a Uint32Array, an Int32Array or a BigInt64Array, got number 3',
    3,
  ],
  [RangeError, '"tokens" expected integers from 0 to 99, got 100 at index 0', [100]],
  [RangeError, '"tokens" expected integers from 0 to 99, got -100 at index 1', [1, -100]],
  [RangeError, '"tokens" expected equally many for each of 2 rows, got 3', [1, 2, 3], { shape: [2, 50] }],
  [TypeError, '"ignore" expected a number, got null', [1], { ignore: null }],
  [TypeError, '"out" expected a Float32Array, got Array', [1], { out: [0] }],
  [RangeError, '"out" expected length 1 (as tokens), got 2', [1], { out: new Float32Array(2) }],
];

const K: [error: ErrorConstructor, message: string, k: unknown][] = [
  [TypeError, '"k" expected a number, got undefined', undefined],
  [TypeError, '"k" expected a number, got string', "3"],
  [RangeError, '"k" expected an integer >= 1, got 0', 0],
  [RangeError, '"k" expected an integer >= 1, got -1', -1],
  [RangeError, '"k" expected an integer >= 1, got 2.5', 2.5],
  [RangeError, '"k" expected an integer >= 1, got Infinity', Infinity],
];

describe.each(BACKENDS)("%s", (backend) => {
  const { topK, sample, truncate, logProbs } = runtimeOf(backend);
  type Loose = (logits: unknown, ...rest: unknown[]) => unknown;

  function refuses(
    fn: "topK" | "sample" | "truncate" | "logProbs",
    call: () => unknown,
    error: ErrorConstructor,
    message: string,
  ): void {
    let thrown: unknown;
    try {
      call();
    } catch (e) {
      thrown = e;
    }
    expect((thrown as Error | undefined)?.message).toBe(`${fn}: ${message}`);
    expect((thrown as Error).constructor).toBe(error);
    expect(sample(TEN, { temperature: 0 })).toEqual({ index: 9, prob: 1, logProb: 0 });
    expect([...topK(TEN, 3).indices]).toEqual([9, 8, 7]);
  }

  it.each(BOTH)("%o: %s", (error, message, options, logits = LOGITS) => {
    refuses("topK", () => (topK as Loose)(logits, 3, options), error, message);
    refuses("sample", () => (sample as Loose)(logits, options), error, message);
    refuses("sample", () => (sample as Loose)(logits, { topP: 0.5, ...options }), error, message);
  });

  it.each(SAMPLE)("sample, %o: %s", (error, message, options) => {
    refuses("sample", () => (sample as Loose)(LOGITS, options), error, message);
  });

  it.each(EDITS)("%o, of all of them: %s", (error, message, options, logits = HUNDRED) => {
    refuses("topK", () => (topK as Loose)(logits, 3, options), error, message);
    refuses("sample", () => (sample as Loose)(logits, options), error, message);
    refuses("truncate", () => (truncate as Loose)(logits, options), error, message);
    refuses("logProbs", () => (logProbs as Loose)(logits, [0, 1], options), error, message);
  });

  it.each(TRUNCATION)("truncation, %o: %s", (error, message, options) => {
    refuses("sample", () => (sample as Loose)(LOGITS, options), error, message);
    refuses("truncate", () => (truncate as Loose)(LOGITS, options), error, message);
  });

  it.each(TOKENS)("logProbs, %o: %s", (error, message, tokens, options) => {
    refuses("logProbs", () => (logProbs as Loose)(HUNDRED, tokens, options), error, message);
  });

  it("logProbs writes nothing before it is done, and nothing into its own input", () => {
    const x = Float32Array.from(HUNDRED);
    const out = new Float32Array(2).fill(7);
    x[70] = Number.NaN;
    const nan = '"logits" expected numbers, got NaN at row 1, index 20';
    refuses("logProbs", () => logProbs(x, [0, 1], { shape: [2, 50], out }), RangeError, nan);
    expect(out).toEqual(new Float32Array(2).fill(7));
    const inside =
      '"out" expected memory apart from logits\'s, got bytes 0 to 8 of the buffer where logits has 0 to 400';
    refuses("logProbs", () => logProbs(x, [0, 1], { out: x.subarray(0, 2) }), RangeError, inside);
  });

  it.each(K)("topK, %o: %s", (error, message, k) => {
    refuses("topK", () => (topK as Loose)(LOGITS, k), error, message);
  });

  it("refuses options that are none", () => {
    refuses("topK", () => (topK as Loose)(LOGITS, 3, null), TypeError, '"options" expected an object, got null');
    refuses(
      "sample",
      () => (sample as Loose)(LOGITS, 5),
      TypeError,
      '"options" expected an object, got number 5 (did you mean { temperature: 5 }?)',
    );
  });

  it("names a NaN in a vocabulary that streams through a small heap, and lets through what a source of random numbers throws", () => {
    const x = new Float32Array(3_000_000);
    x[2_999_999] = Number.NaN;
    refuses("sample", () => sample(x), RangeError, '"logits" expected numbers, got NaN at index 2999999');
    const own = new Error("no entropy");
    expect(() =>
      sample(TEN, {
        random: () => {
          throw own;
        },
      }),
    ).toThrow(own);
  });
});
