/** The bench's contender must be right before it is beaten: the plain JavaScript draws what the package draws. */
import { describe, expect, it } from "vitest";
import { runtimeOf } from "../judge/backends";

interface Options {
  temperature?: number;
  topK?: number;
  topP?: number;
  random?: () => number;
}
interface Drawn {
  index: number;
  prob: number;
}
const plain: {
  argmax(logits: Float32Array): Drawn;
  likeliest(logits: Float32Array): { indices: number[]; logProbs: number[] };
  topK(logits: Float32Array, k: number): { indices: number[]; logProbs: number[] };
  sample(logits: Float32Array, options: Options): Drawn;
  sampleAll(logits: Float32Array, temperature: number, random: () => number): Drawn;
} = await import("../../bench/plainSampling.mjs" as string);
const { logits } = await import("../../bench/cases.mjs" as string);

const runtime = runtimeOf("js");
const tied = (logits(777) as Float32Array).map((x) => Math.round(x));
const ROWS: [string, Float32Array][] = [
  ["777 from N(0, 3²)", logits(777)],
  ["777 with ties", tied],
  ["with -Infinity", tied.map((x, i) => (i % 3 === 0 ? -Infinity : x))],
];

describe.each(ROWS)("the bench's plain JavaScript, %s", (_, x) => {
  const options: Options[] = [
    {},
    { topK: 10 },
    { topP: 0.9 },
    { temperature: 0.8, topK: 50, topP: 0.95 },
    { topP: 1e-9 },
  ];
  it.each(options)("draws as sample does: %j", (option) => {
    for (let i = 0; i < 200; i++) {
      const random = () => (i + 0.37) / 200;
      const want = runtime.sample(x, { ...option, random });
      const got = plain.sample(x, { ...option, random });
      expect(got.index, `random ${random()}`).toBe(want.index);
      expect(got.prob / want.prob).toBeCloseTo(1, 5);
    }
  });

  it("draws from everything, and finds the first maximum", () => {
    for (let i = 0; i < 200; i++) {
      const random = () => (i + 0.37) / 200;
      expect(plain.sampleAll(x, 0.7, random).index).toBe(runtime.sample(x, { temperature: 0.7, random }).index);
    }
    expect(plain.argmax(x).index).toBe(runtime.sample(x, { temperature: 0 }).index);
  });

  it("finds the first k and their log-probabilities", () => {
    for (const { k, got } of [
      { k: 50, got: plain.topK(x, 50) },
      { k: 1, got: plain.likeliest(x) },
    ]) {
      const want = runtime.topK(x, k);
      expect(got.indices).toEqual(Array.from(want.indices));
      got.logProbs.forEach((y, j) => {
        expect(y).toBeCloseTo(want.logProbs[j], 5);
      });
    }
  });
});
