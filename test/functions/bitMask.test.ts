/** bitMask: the bits of a list of tokens, and no others. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bitMask, sample, type TokenList, topK } from "../../src/index";
import * as js from "../../src/js";
import { foreign } from "../judge/realm";
import { detached, expectError, revoked } from "../judge/refusal";

const FORMS: [string, (tokens: number[]) => TokenList][] = [
  ["an array", (tokens) => tokens],
  ["an array of bigints", (tokens) => tokens.map(BigInt)],
  ["an array of another realm", (tokens) => foreign.Array.from(tokens)],
  ["a Uint32Array", (tokens) => Uint32Array.from(tokens)],
  ["an Int32Array", (tokens) => Int32Array.from(tokens)],
  ["a BigInt64Array", (tokens) => BigInt64Array.from(tokens.map(BigInt))],
  ["a part of a buffer", (tokens) => Uint32Array.from([7, ...tokens, 9]).subarray(1, tokens.length + 1)],
];

describe.each(FORMS)("bitMask of %s", (_, form) => {
  it("has a bit for each token, whatever their order and number", () => {
    const lists = fc
      .integer({ min: 1, max: 300 })
      .chain((vocabulary) => fc.tuple(fc.constant(vocabulary), fc.array(fc.nat(vocabulary - 1), { maxLength: 60 })));
    fc.assert(
      fc.property(lists, ([vocabulary, tokens]) => {
        const mask = bitMask(form(tokens), vocabulary);
        expect(Object.prototype.toString.call(mask)).toBe("[object Uint32Array]");
        expect(mask.length).toBe(Math.ceil(vocabulary / 32));
        for (let i = 0; i < 32 * mask.length; i++) {
          expect((mask[i >> 5] >>> (i & 31)) & 1, `token ${i}`).toBe(tokens.includes(i) ? 1 : 0);
        }
      }),
      { numRuns: 60, seed: 20261129 },
    );
  });

  it("is the mask that leaves these tokens", () => {
    const logits = Float32Array.from({ length: 1000 }, (__, i) => Math.sin(i));
    const mask = bitMask(form([999, 31, 32, 0, 31]), 1000);
    expect([...topK(logits, 9, { mask }).indices].sort((a, b) => a - b)).toEqual([0, 31, 32, 999]);
    expect(sample(logits, { mask, random: () => 0.999999 }).index).toBe(999);
  });

  it.each([[32000], [2 ** 31 - 1]])("refuses %s in a vocabulary of 32000, with its index", (token) => {
    const message = `bitMask: "tokens" expected integers from 0 to 31999, got ${token} at index 2`;
    expectError(() => bitMask(form([1, 31999, token, 40000]), 32000), RangeError, message);
  });
});

describe("bitMask", () => {
  it("is the same in softmax-wasm/js", () => {
    expect(js.bitMask).toBe(bitMask);
  });

  it("asks for each token once, and for nothing else", () => {
    const asked: PropertyKey[] = [];
    const tokens = new Proxy([3, 4], {
      get(target, name, receiver) {
        asked.push(name);
        return Reflect.get(target, name, receiver);
      },
    });
    expect([...bitMask(tokens, 5)]).toEqual([24]);
    expect(asked).toEqual(["length", "0", "1"]);
  });

  const LIST = '"tokens" expected an array of token ids, a Uint32Array, an Int32Array or a BigInt64Array, got';

  it.each<[label: string, tokens: unknown, vocabulary: unknown, type: ErrorConstructor, message: string]>([
    ["nothing", undefined, 5, TypeError, `${LIST} undefined`],
    ["one token", 3, 5, TypeError, `${LIST} number 3`],
    ["a Set", new Set([1]), 5, TypeError, `${LIST} Set`],
    ["floats", Float32Array.of(1), 5, TypeError, `${LIST} Float32Array`],
    ["a byte a token", new Uint8Array(5), 5, TypeError, `${LIST} Uint8Array`],
    ["a Proxy taken back", revoked([1]), 5, TypeError, `${LIST} a revoked Proxy`],
    ["a list of lists", [1, [2]], 5, TypeError, '"tokens" expected token ids, got Array at index 1'],
    ["text", [1, "2"], 5, TypeError, '"tokens" expected token ids, got string at index 1'],
    ["a list with a hole", new Array(1), 5, TypeError, '"tokens" expected token ids, got undefined at index 0'],
    ["a negative token", [0, -1], 5, RangeError, '"tokens" expected integers from 0 to 4, got -1 at index 1'],
    ["half a token", [0.5], 5, RangeError, '"tokens" expected integers from 0 to 4, got 0.5 at index 0'],
    ["NaN", [Number.NaN], 5, RangeError, '"tokens" expected integers from 0 to 4, got NaN at index 0'],
    [
      "a bigint beyond all numbers",
      [2n ** 64n],
      5,
      RangeError,
      '"tokens" expected integers from 0 to 4, got 18446744073709551616 at index 0',
    ],
    ["-1n", BigInt64Array.of(-1n), 5, RangeError, '"tokens" expected integers from 0 to 4, got -1 at index 0'],
    ["no vocabulary", [1], undefined, TypeError, '"vocabulary" expected a number, got undefined'],
    ["an empty vocabulary", [], 0, RangeError, '"vocabulary" expected an integer >= 1, got 0'],
    ["half a vocabulary", [], 1.5, RangeError, '"vocabulary" expected an integer >= 1, got 1.5'],
    [
      "a vocabulary beyond memory",
      [],
      2 ** 53 - 1,
      RangeError,
      '"vocabulary" expected a number that this host has memory for, got 9007199254740991',
    ],
    [
      "a detached list",
      detached(new Uint32Array(3)),
      5,
      TypeError,
      '"tokens" expected a live array, got one whose buffer is detached',
    ],
  ])("refuses %s", (_, tokens, vocabulary, type, message) => {
    expectError(() => bitMask(tokens as TokenList, vocabulary as number), type, `bitMask: ${message}`);
  });
});
