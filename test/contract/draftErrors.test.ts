/** Every error that verifyDraft can be made to throw, and code of the caller's that runs while it works. */
import { describe, expect, it } from "vitest";
import { createRuntime, type VerifyDraftOptions } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { detached, errorOf, expectError, floatsFree } from "../judge/refusal";

/** Three rows of five tokens, of which two were drafted. */
const TARGET = Float32Array.from({ length: 15 }, (_, i) => (i * 7) % 5);
const DRAFT = Float32Array.from({ length: 10 }, (_, i) => (i * 3) % 5);
const TOKENS = [1, 2];
const ALL = { tokens: [0, 1, 2, 3, 4], values: new Array<number>(5).fill(-Infinity) };
const LISTS = "an array of token ids, a Uint32Array, an Int32Array or a BigInt64Array";

const at = (x: Float32Array, index: number, value: number): Float32Array => x.map((v, i) => (i === index ? value : v));

type Fault = [error: ErrorConstructor, message: string, options: unknown, target?: unknown, tokens?: unknown];
const FAULTS: Fault[] = [
  [TypeError, '"options" expected an object, got number 1 (did you mean { temperature: 1 }?)', 1],
  [TypeError, '"target" expected a Float32Array or an array of numbers, got undefined', {}, undefined],
  [TypeError, '"target" expected numbers, got string at index 1', {}, [1, "2"]],
  [RangeError, '"target" expected at least one, got length 0', {}, []],
  [RangeError, '"target" expected 3 rows of equal length (tokens.length + 1), got length 14', {}, TARGET.subarray(1)],
  [TypeError, `"tokens" expected ${LISTS}, got undefined`, {}, TARGET, undefined],
  [TypeError, `"tokens" expected ${LISTS}, got Float32Array`, {}, TARGET, Float32Array.of(1, 2)],
  [TypeError, '"tokens" expected token ids, got string at index 1', {}, TARGET, [1, "2"]],
  [RangeError, '"tokens" expected integers from 0 to 4, got 5 at index 1', {}, TARGET, [1, 5]],
  [RangeError, '"tokens" expected integers from 0 to 4, got -1 at index 0', {}, TARGET, [-1n, 0n]],
  [RangeError, '"tokens" expected integers from 0 to 4, got 0.5 at index 0', {}, TARGET, [0.5, 0]],
  [TypeError, '"shape" expected an array of sizes, got number 3', { shape: 3 }],
  [RangeError, '"shape" expected sizes whose product is target.length = 15, got [3, 4] = 12', { shape: [3, 4] }],
  [RangeError, '"shape" expected 3 rows (tokens.length + 1), got 5', { shape: [5, 3] }],
  [RangeError, '"shape" expected 3 rows (tokens.length + 1), got 1', { shape: [15] }],
  [TypeError, '"draft" expected a Float32Array or an array of numbers, got null', { draft: null }],
  [RangeError, '"draft" expected length 10 (2 rows of 5), got 15', { draft: TARGET }],
  [RangeError, '"draft" expected length 10 (2 rows of 5), got 0', { draft: [] }],
  [
    TypeError,
    '"draft" expected a live array, got one whose buffer is detached',
    { draft: detached(new Float32Array(10)) },
  ],
  [TypeError, '"draft" expected the logits that draftOptions are for, got undefined', { draftOptions: {} }],
  [
    TypeError,
    '"draftOptions" expected an object, got number 0.5 (did you mean { temperature: 0.5 }?)',
    { draft: DRAFT, draftOptions: 0.5 },
  ],
  [
    TypeError,
    '"draftOptions.mask" is no option, expected one of temperature, topK, topP, minP, minKeep, temperatureLast',
    { draft: DRAFT, draftOptions: { mask: Uint32Array.of(1) } },
  ],
  [
    RangeError,
    '"draftOptions.temperature" expected a finite number >= 0, got -1',
    { draft: DRAFT, draftOptions: { temperature: -1 } },
  ],
  [
    RangeError,
    '"draftOptions.topK" expected an integer >= 1 (leave it out to keep every token), got 0',
    { draft: DRAFT, draftOptions: { topK: 0 } },
  ],
  [
    RangeError,
    '"draftOptions.topP" expected a number in (0, 1] (1 keeps every token), got 2',
    { draft: DRAFT, draftOptions: { topP: 2 } },
  ],
  [
    RangeError,
    '"draftOptions.minP" expected a number in [0, 1] (0 keeps every token), got -1',
    { draft: DRAFT, draftOptions: { minP: -1 } },
  ],
  [
    RangeError,
    '"draftOptions.minKeep" expected an integer >= 1, got 0',
    { draft: DRAFT, draftOptions: { minKeep: 0 } },
  ],
  [
    TypeError,
    '"draftOptions.temperatureLast" expected a boolean, got number 1',
    { draft: DRAFT, draftOptions: { temperatureLast: 1 } },
  ],
  [RangeError, '"temperature" expected a finite number >= 0, got NaN', { temperature: Number.NaN }],
  [RangeError, '"topK" expected an integer >= 1 (leave it out to keep every token), got 1.5', { topK: 1.5 }],
  [TypeError, '"random" expected a function, got number 0.5', { random: 0.5 }],
  [RangeError, '"random" expected to return a number in [0, 1), got 1', { random: () => 1 }],
  [RangeError, '"mask" expected one, or a list of 3 (one a row), got a list of 2', { mask: [undefined, undefined] }],
  [
    TypeError,
    '"mask[2]" expected a Uint32Array, an Int32Array or a Uint8Array, got number 1',
    { mask: [undefined, undefined, 1] },
  ],
  [RangeError, '"bias" expected one, or a list of 3 (one a row), got a list of 1', { bias: [undefined] }],
  [
    RangeError,
    '"bias[1].tokens" expected integers from 0 to 4, got 5 at index 0',
    { bias: [undefined, { tokens: [5], values: [1] }, undefined] },
  ],
  [
    RangeError,
    '"penalties.promptLength" expected at most 1, as many as penalties.tokens, got 2', // the drafted ones are no prompt
    { penalties: { tokens: [1], promptLength: 2 } },
  ],
  [RangeError, '"target" expected numbers, got NaN at row 0, index 3', {}, at(TARGET, 3, Number.NaN)],
  [RangeError, '"target" expected numbers, got NaN at row 1, index 4', {}, at(TARGET, 9, Number.NaN)],
  [RangeError, '"target" expected numbers, got NaN at row 2, index 0', {}, at(TARGET, 10, Number.NaN)],
  [RangeError, '"draft" expected numbers, got NaN at row 1, index 2', { draft: at(DRAFT, 7, Number.NaN) }],
  [
    RangeError,
    '"draft" expected one above -Infinity, got none in row 0',
    { draft: DRAFT.map((v, i) => (i < 5 ? -Infinity : v)) },
  ],
  [
    RangeError,
    '"mask" expected to allow a token whose logit is above -Infinity, got none in row 1',
    { mask: [undefined, new Uint8Array(5), undefined] },
  ],
  [
    RangeError,
    '"bias" expected to leave a token whose logit is above -Infinity, got none in row 2',
    { bias: [undefined, undefined, ALL] },
  ],
  [
    RangeError,
    '"tokens" expected tokens that the draft can have drawn, got 1 at index 0',
    { draft: DRAFT, draftOptions: { topK: 1 } },
  ],
  [
    RangeError,
    '"tokens" expected tokens that the draft can have drawn, got 2 at index 1',
    { draft: at(DRAFT, 7, -Infinity) },
  ],
  [
    RangeError,
    '"tokens" expected tokens that the draft can have drawn, got 1 at index 0',
    { draft: DRAFT, mask: Uint32Array.of(0b11101) },
  ],
];

describe.each(BACKENDS)("%s", (backend) => {
  const runtime = runtimeOf(backend);
  const { verifyDraft, sample } = runtime;
  type Loose = (target: unknown, tokens: unknown, options: unknown) => unknown;

  it.each(FAULTS)("%o: %s", (error, message, options, ...given) => {
    const target = given.length > 0 ? given[0] : TARGET;
    const tokens = given.length > 1 ? given[1] : TOKENS;
    const all = typeof options === "object" ? { random: () => 0, ...options } : options; // 0 accepts
    const free = floatsFree(runtime);
    expectError(() => (verifyDraft as Loose)(target, tokens, all), error, `verifyDraft: ${message}`);
    expect(floatsFree(runtime)).toBe(free);
    expect(sample([0, 5, 1], { temperature: 0 })).toEqual({ index: 1, prob: 1, logProb: 0 });
  });

  it("checks all arguments before random is asked", () => {
    for (const [, message, options, ...given] of FAULTS) {
      if (typeof options !== "object" || options === null || "random" in options) continue;
      if (/row \d|drawn/.test(message)) continue; // what stands in rows is seen when they are come to
      const [target, tokens] = [given.length > 0 ? given[0] : TARGET, given.length > 1 ? given[1] : TOKENS];
      const random = (): number => expect.fail(`asked before ${message}`);
      expect(errorOf(() => (verifyDraft as Loose)(target, tokens, { ...options, random })).message).toBe(
        `verifyDraft: ${message}`,
      );
    }
  });

  it("reads each option, each part and each element once", () => {
    const asked: string[] = [];
    const counted = <T extends object>(object: T, inside: string): T => {
      const copy = {};
      for (const [name, value] of Object.entries(object)) {
        Object.defineProperty(copy, name, {
          enumerable: true,
          get() {
            asked.push(`${inside}${name}`);
            return value;
          },
        });
      }
      return copy as T;
    };
    const list = (values: number[], name: string): number[] => {
      const copy = values.slice();
      values.forEach((value, i) => {
        Object.defineProperty(copy, i, {
          enumerable: true,
          get() {
            asked.push(`${name}[${i}]`);
            return value;
          },
        });
      });
      return copy;
    };
    const options: VerifyDraftOptions = {
      shape: list([3, 5], "shape"),
      draft: list([...DRAFT], "draft"),
      draftOptions: counted({ temperature: 2, topK: 5, topP: 1, minP: 0, minKeep: 1, temperatureLast: false }, "of "),
      mask: Uint32Array.of(31),
      bias: counted({ tokens: list([1], "biased"), values: list([0.5], "values") }, "bias."),
      penalties: counted({ tokens: list([1], "seen"), promptLength: 1, repetition: 1.1 }, "penalties."),
      temperature: 0.9,
      topK: 5,
      topP: 1,
      minP: 0,
      minKeep: 1,
      temperatureLast: false,
      random: () => 0.3,
    };
    const got = verifyDraft(list([...TARGET], "target"), list(TOKENS, "tokens"), counted(options, ""));
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBe(13 + 6 + 2 + 3 + 2 + 10 + 1 + 1 + 1 + 15 + 2);
    expect(got).toEqual(verifyDraft(TARGET, TOKENS, { ...options, draft: DRAFT }));
  });

  it("notices what getters detach", () => {
    const lost = TARGET.slice();
    const tokens = Object.defineProperty([1, 2], 1, {
      get() {
        detached(lost);
        return 2;
      },
    });
    expect(errorOf(() => verifyDraft(lost, tokens)).message).toMatch(/^verifyDraft: "target" expected a live array/);
    const draft = DRAFT.slice();
    const bias = {
      values: [1],
      get tokens() {
        detached(draft);
        return [1];
      },
    };
    const message = 'verifyDraft: "draft" expected a live array, got one whose buffer is detached';
    expectError(() => verifyDraft(TARGET, TOKENS, { draft, bias }), TypeError, message);
  });

  it("notices what random detaches, before any number and after the last", () => {
    for (const what of ["target", "draft", "mask"] as const) {
      for (let when = 0; when < 3; when++) {
        const arrays = { target: TARGET.slice(), draft: DRAFT.slice(), mask: Uint32Array.of(31) };
        let asked = 0;
        const random = (): number => {
          if (asked++ === when) detached(arrays[what]);
          return 0;
        };
        const { target, draft, mask } = arrays;
        expectError(
          () => verifyDraft(target, TOKENS, { draft, mask, random }),
          TypeError,
          `verifyDraft: "${what}" expected a live array, got one whose buffer is detached`,
        );
      }
    }
  });

  it("lets through what random throws, and works on", () => {
    const own = new Error("no entropy");
    for (let when = 0; when < 3; when++) {
      let asked = 0;
      const random = (): number => {
        if (asked++ === when) throw own;
        return 0;
      };
      expect(() => verifyDraft(TARGET, TOKENS, { random })).toThrow(own);
      expect(verifyDraft([0, 1], [], { temperature: 0 }).index).toBe(1);
    }
  });

  it("takes random that writes into the logits for a call on what stands there then", () => {
    for (const n of [5, 3000]) {
      const own = createRuntime({ backend, heapBytes: 1 << 17 });
      const target = own.alloc(2 * n).fill(0);
      const draft = own.alloc(n).fill(1);
      let asked = 0;
      const random = (): number => {
        target.fill(asked++, 0, n).fill(9, 3, 4);
        draft.fill(-asked);
        return 0.9999999;
      };
      for (let round = 0; round < 5; round++) {
        const { accepted, index } = own.verifyDraft(target, [1], { draft, random });
        expect(accepted <= 1 && index >= 0 && index < n).toBe(true);
      }
      expect(own.sample([0, 7], { temperature: 0 }).index).toBe(1);
    }
  });
});
