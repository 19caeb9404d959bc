/** Every error that topK and sample can be made to throw: its class, its whole message, and that the next call works. */
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
    '"logits" expected a Float32Array or an array of numbers, got Uint16Array (float16 bits? widen them to float32 first)',
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
  [TypeError, '"mask" expected a Uint32Array, an Int32Array or a Uint8Array, got Array', { mask: [1, 1] }],
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

const K: [error: ErrorConstructor, message: string, k: unknown][] = [
  [TypeError, '"k" expected a number, got undefined', undefined],
  [TypeError, '"k" expected a number, got string', "3"],
  [RangeError, '"k" expected an integer >= 1, got 0', 0],
  [RangeError, '"k" expected an integer >= 1, got -1', -1],
  [RangeError, '"k" expected an integer >= 1, got 2.5', 2.5],
  [RangeError, '"k" expected an integer >= 1, got Infinity', Infinity],
];

describe.each(BACKENDS)("%s", (backend) => {
  const { topK, sample } = runtimeOf(backend);
  type Loose = (logits: unknown, ...rest: unknown[]) => unknown;

  function refuses(fn: "topK" | "sample", call: () => unknown, error: ErrorConstructor, message: string): void {
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
