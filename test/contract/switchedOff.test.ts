/** Values that people pass to switch a truncation off: those that mean it do it, the others are errors that say what does. */
import { describe, expect, it } from "vitest";
import { multinomialSampler } from "../../src/transformers";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { expectError } from "../judge/refusal";

const LOGITS = Float32Array.from({ length: 600 }, (_, i) => (i * 31) % 17);

describe.each(BACKENDS)("truncations that are off on %s", (backend) => {
  const { sample } = runtimeOf(backend);
  const at = (u: number, options: object) => sample(LOGITS, { ...options, random: () => u });

  it.each([
    { topP: 1 },
    { minP: 0 },
    { topP: 1, minP: 0, topK: 600 },
    { topK: undefined, topP: undefined, minP: undefined },
  ])("%o keeps every token", (options) => {
    for (const u of [0, 0.1, 0.5, 0.999, 1 - 2 ** -53]) expect(at(u, options)).toEqual(at(u, {}));
  });

  const off: [object, ErrorConstructor, string][] = [
    [{ topK: 0 }, RangeError, '"topK" expected an integer >= 1 (leave it out to keep every token), got 0'],
    [{ topK: -1 }, RangeError, '"topK" expected an integer >= 1 (leave it out to keep every token), got -1'],
    [
      { topK: Infinity },
      RangeError,
      '"topK" expected an integer >= 1 (leave it out to keep every token), got Infinity',
    ],
    [{ topP: 0 }, RangeError, '"topP" expected a number in (0, 1] (1 keeps every token), got 0'],
    [{ topP: -1 }, RangeError, '"topP" expected a number in (0, 1] (1 keeps every token), got -1'],
    [{ minP: -1 }, RangeError, '"minP" expected a number in [0, 1] (0 keeps every token), got -1'],
    [{ minP: 1.5 }, RangeError, '"minP" expected a number in [0, 1] (0 keeps every token), got 1.5'],
  ];
  it.each(off)("%o says what switches it off", (options, type, message) => {
    expectError(() => at(0.5, options), type, `sample: ${message}`);
  });
});

describe("truncations that are off in multinomialSampler", () => {
  const draw = (config: object) => {
    const sampler = multinomialSampler({ top_k: 0, ...config }, { random: () => 0.7 });
    return sampler.sample({ dims: [600], data: LOGITS });
  };
  it.each([{}, { top_k: null }, { top_p: 1 }, { top_p: null }, { min_p: 0 }, { min_p: null }])("%o", (config) => {
    expect(draw(config)).toEqual(draw({ top_k: 600 }));
  });
  it.each([
    [{ top_k: -1 }, '"top_k" expected an integer >= 0 (0 or null keeps every token), got -1'],
    [{ top_p: 0 }, '"top_p" expected a number in (0, 1] (1 or null keeps every token), got 0'],
    [{ min_p: -1 }, '"min_p" expected a number in [0, 1] (0 or null keeps every token), got -1'],
  ])("%o says what switches it off", (config, message) => {
    expectError(() => draw(config), RangeError, `multinomialSampler: ${message}`);
  });
});
