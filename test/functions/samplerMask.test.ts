/** softmax-wasm/transformers: the option mask of multinomialSampler, a mask for each row before each draw. */
import { describe, expect, it } from "vitest";
import { bitMask } from "../../src/index";
import { multinomialSampler } from "../../src/transformers";

const VOCABULARY = 12;

describe("mask", () => {
  const rows = 3;
  const data = Float32Array.from({ length: rows * VOCABULARY }, (_, i) => i % VOCABULARY);
  const logits = () => ({ dims: [rows, VOCABULARY], data: data.slice() });

  it("is asked for once a row before each draw, and undefined allows all tokens", () => {
    const asked: number[] = [];
    const masks = [bitMask([3], VOCABULARY), undefined, Uint8Array.of(0, 1)];
    const mask = (row: number) => {
      asked.push(row);
      return masks[row];
    };
    const sampler = multinomialSampler({ do_sample: false }, { mask });
    expect(sampler.sample(logits())).toEqual([3n, 11n, 1n].map((id) => [id, 0]));
    masks[1] = bitMask([5, 6], VOCABULARY);
    expect(sampler.sample(logits())[1][0]).toBe(6n);
    expect(sampler.sample({ dims: [VOCABULARY], data: data.slice(0, VOCABULARY) })).toEqual([[3n, 0]]);
    expect(asked).toEqual([0, 1, 2, 0, 1, 2, 0]);
  });

  it("is before bans, penalties and truncation", () => {
    const mask = () => bitMask([4, 9, 10], VOCABULARY);
    const config = { repetition_penalty: 3, suppress_tokens: [10], top_k: 1 };
    expect(multinomialSampler(config, { mask }).sample(logits(), [[9], [9], []])).toEqual(
      [4n, 4n, 9n].map((id) => [id, 0]),
    );
  });

  it("of a grammar moves on with what onSample tells: each row its own", () => {
    const wanted = [
      [1, 2, 3],
      [4, 4, 4],
      [11, 0, 5],
    ];
    const texts: number[][] = wanted.map(() => []);
    const sampler = multinomialSampler(
      { temperature: 5, repetition_penalty: 2 },
      {
        mask: (row) => bitMask([wanted[row][texts[row].length]], VOCABULARY),
        onSample: ({ index }, row) => texts[row].push(index),
      },
    );
    for (let step = 0; step < 3; step++) sampler(texts, logits());
    expect(texts).toEqual(wanted);
  });

  it("writes nothing where a row's mask is refused, or leaves nothing", () => {
    const mask = (row: number) => (row === 2 ? (["no"] as never) : undefined);
    const tensor = logits();
    expect(() => multinomialSampler({}, { mask })([], tensor)).toThrow(
      new TypeError('multinomialSampler: "mask(2)" expected a Uint32Array, an Int32Array or a Uint8Array, got Array'),
    );
    const none = multinomialSampler({}, { mask: (row) => (row === 1 ? new Uint32Array(1) : undefined) });
    expect(() => none([], tensor)).toThrow(
      new RangeError('sample: "mask" expected to allow a token whose logit is above -Infinity, got none in row 1'),
    );
    expect(tensor.data).toEqual(data);
  });
});
