/** Bias, penalties, tokens and masks a row that are not what they seem, and code of the caller's that runs while they are read. */
import { describe, expect, it } from "vitest";
import { type Bias, createRuntime, type Penalties, type Runtime, type TokenMask } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { detached, errorOf, expectError } from "../judge/refusal";
import { edited } from "../judge/vocabularyReference.mjs";

const LISTED = "an array of token ids";

/** A Proxy of an Array that says it has another length. */
const ofLength = (length: unknown): number[] =>
  new Proxy([1, 2], { get: (list, key) => (key === "length" ? length : Reflect.get(list, key)) });

/** The parts, of which asking for one has an effect first. */
const withGetter = <Parts extends object>(parts: Parts, name: keyof Parts, effect: () => void): Parts => {
  const value = parts[name];
  return Object.defineProperty({ ...parts }, name, {
    enumerable: true,
    get() {
      effect();
      return value;
    },
  });
};

describe.each(BACKENDS)("%s", (backend) => {
  const runtime = runtimeOf(backend);
  const { topK, sample, truncate, logProbs } = runtime;
  const X = Float32Array.of(1, 2, 3, 0, 5, 4);
  const shape = [2, 3];

  it.each<[length: unknown, words: string]>([
    [-1, "number -1"],
    [Number.NaN, "number NaN"],
    [1.5, "number 1.5"],
    [2 ** 53, "number 9007199254740992"],
    ["2", "string"],
    [undefined, "undefined"],
  ])("refuses a list of tokens whose length is %s", (length, words) => {
    const tokens = ofLength(length);
    const message = (name: string): string => `"${name}" expected ${LISTED}, got one whose length is ${words}`;
    expectError(() => logProbs(X, tokens), TypeError, `logProbs: ${message("tokens")}`);
    expectError(() => topK(X, 2, { bias: { tokens, values: [] } }), TypeError, `topK: ${message("bias.tokens")}`);
    expectError(() => sample(X, { penalties: { tokens } }), TypeError, `sample: ${message("penalties.tokens")}`);
  });

  it("refuses a list of tokens that no host has memory for, and values that are detached", () => {
    const words = "a length that this host has memory for, got 9007199254740991";
    expectError(() => logProbs(X, ofLength(2 ** 53 - 1)), RangeError, `logProbs: "tokens" expected ${words}`);
    const bias = { tokens: [], values: detached(new Float32Array(2)) as Float32Array };
    expectError(
      () => truncate(X, { bias }),
      TypeError,
      'truncate: "bias.values" expected a live array, got one whose buffer is detached',
    );
    const tokens = detached(Uint32Array.of(1)) as Uint32Array;
    expect(errorOf(() => logProbs(X, tokens)).message).toMatch(/^logProbs: "tokens" expected a live array/);
    expect(errorOf(() => topK(X, 1, { penalties: { tokens } })).message).toMatch(
      /^topK: "penalties.tokens" expected a live/,
    );
  });

  const BIAS: Bias = { tokens: [0, 2], values: [1, -Infinity] };
  const PENALTIES: Penalties = { tokens: [1, 1], promptLength: 1, repetition: 2, frequency: 1, presence: 1 };
  const PARTS = [
    ...Object.keys(BIAS).map((name) => ["bias", name]),
    ...Object.keys(PENALTIES).map((name) => ["penalties", name]),
  ];
  const optionsWith = (option: string, name: string, effect: () => void) =>
    option === "bias"
      ? { penalties: PENALTIES, bias: withGetter(BIAS, name as keyof Bias, effect) }
      : { bias: BIAS, penalties: withGetter(PENALTIES, name as keyof Penalties, effect) };

  it.each(PARTS)("%s whose %s detaches the logits or the mask, or calls the package", (option, name) => {
    for (const rows of [undefined, shape]) {
      const lost = X.slice();
      const taken = optionsWith(option, name, () => detached(lost));
      expect(errorOf(() => truncate(lost, { ...taken, shape: rows as number[] })).message).toBe(
        'truncate: "logits" expected a live array, got one whose buffer is detached',
      );
      const mask = Uint8Array.of(1, 1, 1);
      const masked = optionsWith(option, name, () => detached(mask));
      expect(errorOf(() => sample(X, { ...masked, mask, shape: rows as number[] })).message).toBe(
        'sample: "mask" expected a live array, got one whose buffer is detached',
      );
      const calling = optionsWith(option, name, () => topK(X, 3, { bias: { tokens: [1], values: [9] }, shape }));
      const plain = { bias: BIAS, penalties: PENALTIES, shape: rows as number[] };
      expect(topK(X, 3, { ...calling, shape: rows as number[] })).toEqual(topK(X, 3, plain));
    }
  });

  it("reads what is for all rows once, also beside a list, and where there are none", () => {
    let asked = 0;
    const bias = withGetter(BIAS, "tokens", () => asked++);
    const got = truncate(X, { shape, bias, penalties: [PENALTIES, undefined] });
    expect(asked).toBe(1);
    expect(got[0]).toEqual(truncate(X.subarray(0, 3), { bias: BIAS, penalties: PENALTIES }));
    expect(got[1]).toEqual(truncate(X.subarray(3), { bias: BIAS }));
    const bad = { tokens: [3], values: [1] };
    const message = '"bias.tokens" expected integers from 0 to 2, got 3 at index 0';
    for (const penalties of [PENALTIES, []]) {
      expectError(() => sample([], { shape: [0, 3], bias: bad, penalties }), RangeError, `sample: ${message}`);
    }
  });

  it("a list of masks whose elements detach another, or the logits", () => {
    const lost = X.slice();
    const masks: TokenMask[] = [Uint8Array.of(1, 1, 1), Uint8Array.of(1, 0, 1)];
    const list = (effect: () => void): TokenMask[] =>
      Object.defineProperty(masks.slice(), 1, {
        get() {
          effect();
          return masks[1];
        },
      });
    expect(errorOf(() => topK(lost, 1, { shape, mask: list(() => detached(lost)) })).message).toMatch(
      /"logits" expected a live/,
    );
    expect(errorOf(() => topK(X, 1, { shape, mask: list(() => detached(masks[0])) })).message).toBe(
      'topK: "mask[0]" expected a live array, got one whose buffer is detached',
    );
  });

  it("logProbs may be written over its tokens, and into no mask", () => {
    const tokens = Uint32Array.of(2, 0);
    const out = new Float32Array(tokens.buffer);
    const want = logProbs(X, [2, 0]);
    expect(logProbs(X, tokens, { out })).toEqual(want);
    const mask = new Uint32Array(2).fill(7);
    const message = /^logProbs: "out" expected memory apart from mask's, got/;
    for (const given of [mask, [undefined, mask]]) {
      const over = new Float32Array(mask.buffer);
      expect(errorOf(() => logProbs(X, [2, 0], { shape, mask: given, out: over })).message).toMatch(message);
    }
    expect(mask).toEqual(new Uint32Array(2).fill(7));
  });

  it("a row without a choice, or with NaN, ends the call before anything is written; the next call is right", () => {
    const own: Runtime = createRuntime({ backend });
    const x = own.alloc(12).fill(1);
    const out = own.alloc(4).fill(7);
    const all = { tokens: [0, 1, 2], values: [-Infinity, -Infinity, -Infinity] };
    const bias = [BIAS, undefined, BIAS, all];
    const four = [4, 3];
    const none = '"bias" expected to leave a token whose logit is above -Infinity, got none in row 3';
    expectError(() => own.logProbs(x, [0, 0, 0, 0], { shape: four, bias, out }), RangeError, `logProbs: ${none}`);
    expectError(() => own.sample(x, { shape: four, bias }), RangeError, `sample: ${none}`);
    expect(out).toEqual(new Float32Array(4).fill(7));
    x[11] = Number.NaN;
    const nan = '"logits" expected numbers, got NaN at row 3, index 2';
    expectError(() => own.logProbs(x, [0, 0, 0, 0], { shape: four, out }), RangeError, `logProbs: ${nan}`);
    const banned = own.logProbs(x, [0, 0, 0, 0], { shape: four, bias: { tokens: [2], values: [-Infinity] }, out });
    expect(banned).toEqual(new Float32Array(4).fill(Math.fround(-Math.LN2)));
    expect(Array.from(x.subarray(0, 11))).toEqual(new Array(11).fill(1));
  });

  it("edits rows that stream at every border of a block or a tile", () => {
    const small = createRuntime({ backend, heapBytes: 65536 });
    const n = 300_000;
    const x = Float32Array.from({ length: 2 * n }, (_, i) => ((i * 7919) % 1009) / 200);
    const tokens: number[] = [];
    for (let t = 0; t < n; t += 256) tokens.push(...(t === 0 ? [0] : [t - 1, t]));
    tokens.push(n - 1);
    const values = tokens.map((t) => (t % 3 === 0 ? -Infinity : 3 + (t % 97) / 97));
    const bias = { tokens: Uint32Array.from(tokens), values };
    const penalties = { tokens: Int32Array.from(tokens.reverse()), repetition: 1.1, frequency: 0.1 };
    const options = { shape: [2, n], bias, penalties };
    const asked = [...tokens.slice(0, 30), ...tokens.slice(0, 30)];
    const best = small.topK(x, 40, options);
    const logs = small.logProbs(x, asked, options);
    const kept = small.truncate(x, { ...options, topK: 40 });
    for (const r of [0, 1]) {
      const { x: y, banned } = edited(x.slice(r * n, (r + 1) * n), undefined, bias, penalties);
      const want = small.topK(y, 40);
      expect(want.indices.some((t) => banned.has(t))).toBe(false);
      expect(best.indices.slice(40 * r, 40 * r + 40)).toEqual(want.indices);
      expect(best.logProbs.slice(40 * r, 40 * r + 40)).toEqual(want.logProbs);
      expect(logs.slice(30 * r, 30 * r + 30)).toEqual(small.logProbs(y, asked.slice(0, 30)));
      expect(kept[r]).toEqual(small.truncate(y, { topK: 40 }));
    }
  });
});
