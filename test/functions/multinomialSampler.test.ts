/** softmax-wasm/transformers: the sampling step, alone and as generate() calls it. */
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  type Float16Like,
  logSoftmax as logSoftmax32,
  pack16,
  type SampleResult,
  sample,
  softmax as softmax32,
  unpack16,
} from "../../src/index";
import {
  type GenerationConfig,
  log_softmax,
  type MultinomialSampler,
  multinomialSampler,
  softmax,
} from "../../src/transformers";
import { random } from "../judge/random.mjs";
import { sum } from "../judge/softmax64.mjs";

const VOCABULARY = 80;
const next = random(7);
const LOGITS = Float32Array.from({ length: VOCABULARY }, (_, i) => (i % 9 === 4 ? -Infinity : 6 * next() - 3));
LOGITS[11] = LOGITS[70]; // a tie
const row = (dims: number[] = [VOCABULARY], data: unknown = LOGITS) => ({ dims, data });

/** By sorting: temperature, top_k, top_p, min_p, in this order, each on what the one before it left. @returns by token */
function distribution({ do_sample, temperature, top_k, top_p, min_p }: GenerationConfig): number[] {
  const t = do_sample === false ? 0 : (temperature ?? 1);
  const order = [...LOGITS.keys()].sort((a, b) => LOGITS[b] - LOGITS[a] || a - b);
  const m = LOGITS[order[0]];
  const weight = (i: number) => (t === 0 ? Number(i === order[0]) : Math.exp((LOGITS[i] - m) / t));
  let kept = order.slice(0, top_k === undefined ? 50 : top_k || undefined);
  const all = sum(kept.map(weight));
  let share = 0;
  kept = kept.filter((i) => {
    const before = share;
    share += weight(i) / all;
    return before < (top_p ?? 1);
  });
  kept = kept.filter((i) => weight(i) >= (min_p ?? 0));
  const left = sum(kept.map(weight));
  return Array.from(LOGITS, (_, i) => (kept.includes(i) ? weight(i) / left : 0));
}

/** Pearson's statistic as a normal deviate (Wilson and Hilferty); cells that expect fewer than 5 are one. */
function deviate(counts: number[], p: number[], draws: number): number {
  let statistic = 0;
  let cells = 0;
  const rare = { count: 0, expected: 0 };
  const add = (count: number, expected: number) => {
    statistic += (count - expected) ** 2 / expected;
    cells++;
  };
  p.forEach((share, i) => {
    if (share * draws >= 5) return add(counts[i], share * draws);
    rare.count += counts[i];
    rare.expected += share * draws;
  });
  if (rare.expected > 0) add(rare.count, rare.expected);
  const k = cells - 1;
  return k === 0 ? 0 : (Math.cbrt(statistic / k) - (1 - 2 / (9 * k))) / Math.sqrt(2 / (9 * k));
}

const CONFIGS: [label: string, config: GenerationConfig][] = [
  ["the defaults: top_k 50, as in transformers.js", {}],
  ["top_k 0 is off", { top_k: 0 }],
  ["top_k null is off", { top_k: null }],
  ["top_k", { top_k: 7 }],
  ["top_k beyond the vocabulary", { top_k: 1000 }],
  ["temperature", { temperature: 0.6, top_k: 0 }],
  ["a high temperature", { temperature: 3, top_k: 0 }],
  ["top_p, which transformers.js ignores", { top_p: 0.6, top_k: 0 }],
  ["min_p", { min_p: 0.2, top_k: 0 }],
  ["all of them", { do_sample: true, temperature: 1.3, top_k: 20, top_p: 0.9, min_p: 0.05, num_beams: 1 }],
  ["null is the default", { do_sample: null, temperature: null, top_k: 0, top_p: null, min_p: null, num_beams: null }],
  ["do_sample false takes the maximum", { do_sample: false, temperature: 2 }],
  ["temperature 0 takes the maximum", { temperature: 0 }],
];
const DRAWS = 20_000;

describe.each(CONFIGS)("%s", (_, config) => {
  const p = distribution(config);

  it(`${DRAWS} draws follow the distribution`, () => {
    const sampler = multinomialSampler(config, { random: random(2) });
    const counts = new Array(VOCABULARY).fill(0);
    for (let k = 0; k < DRAWS; k++) counts[Number(sampler.sample(row())[0][0])]++;
    expect(counts.filter((count, i) => count > 0 && p[i] === 0)).toEqual([]);
    expect(deviate(counts, p, DRAWS)).toBeLessThan(3.5);
  });

  it("scores are log-probabilities under it", () => {
    const sampler = multinomialSampler(config, { random: random(3) });
    for (let k = 0; k < 100; k++) {
      const [[id, score]] = sampler.sample(row());
      expect(Math.abs(score - Math.log(p[Number(id)]))).toBeLessThan(2e-6);
    }
  });
});

it("a wrong distribution would be noticed", () => {
  const sampler = multinomialSampler({ top_k: 0, temperature: 0.95 }, { random: random(2) });
  const counts = new Array(VOCABULARY).fill(0);
  for (let k = 0; k < DRAWS; k++) counts[Number(sampler.sample(row())[0][0])]++;
  expect(deviate(counts, distribution({ top_k: 0 }), DRAWS)).toBeGreaterThan(3.5);
});

describe("sample", () => {
  it("gives one pair of a bigint and a number, also to one who awaits it", async () => {
    const pairs = multinomialSampler({ temperature: 0 }).sample(row());
    const first = LOGITS.indexOf(Math.max(...LOGITS));
    expect(pairs).toEqual([[BigInt(first), 0]]);
    expect(await multinomialSampler({ temperature: 0 }).sample(row())).toEqual(pairs);
    expectTypeOf(pairs).toEqualTypeOf<[id: bigint, score: number][]>();
  });

  it("changes nothing, and takes sizes of 1 before the vocabulary", () => {
    const before = LOGITS.slice();
    multinomialSampler().sample(row([1, 1, VOCABULARY]));
    multinomialSampler({ temperature: 0 }).sample(row([2, 40]));
    expect(LOGITS).toEqual(before);
  });

  it("is softmax-wasm's sample", () => {
    const told: SampleResult[] = [];
    const sampler = multinomialSampler(
      { temperature: 0.8, top_k: 30, top_p: 0.9, min_p: 0.01 },
      { random: random(5), onSample: (token) => told.push(token) },
    );
    const pairs = Array.from({ length: 50 }, () => sampler.sample(row())[0]);
    const options = { temperature: 0.8, topK: 30, topP: 0.9, minP: 0.01, random: random(5) };
    const tokens = Array.from({ length: 50 }, () => sample(LOGITS, options));
    expect(told).toEqual(tokens);
    expect(pairs).toEqual(tokens.map(({ index, prob }) => [BigInt(index), Math.log(prob)]));
  });

  it("gives a pair for each row, as softmax-wasm's sample does", () => {
    const told: [SampleResult, number][] = [];
    const sampler = multinomialSampler(
      { temperature: 0.8, top_k: 30, top_p: 0.9 },
      { random: random(6), onSample: (token, r) => told.push([token, r]) },
    );
    const pairs = sampler.sample(row([2, 2, 20]));
    const options = { shape: [4, 20], temperature: 0.8, topK: 30, topP: 0.9, random: random(6) };
    const { index, prob, logProb } = sample(LOGITS, options);
    expect(pairs).toEqual(Array.from(index, (token, r) => [BigInt(token), Math.log(prob[r])]));
    expect(told).toEqual(Array.from(index, (token, r) => [{ index: token, prob: prob[r], logProb: logProb[r] }, r]));
  });
});

describe("as a LogitsProcessor", () => {
  const ROWS = 5;
  const PADDING = 3;
  const IDS = Array.from({ length: ROWS }, () => [1n, 2n]);

  /** Rows in the middle of a buffer: nothing beside them may change. */
  function batch() {
    const buffer = new Float32Array(PADDING + ROWS * VOCABULARY + PADDING).fill(99);
    const data = buffer.subarray(PADDING, PADDING + ROWS * VOCABULARY);
    for (let r = 0; r < ROWS; r++) data.set(LOGITS, r * VOCABULARY);
    return { buffer, logits: { dims: [ROWS, VOCABULARY], data, name: "logits" } };
  }

  const CALLS: Record<string, (sampler: MultinomialSampler, logits: ReturnType<typeof batch>["logits"]) => unknown> = {
    "as a function": (sampler, logits) => sampler(IDS, logits),
    "by _call": (sampler, logits) => sampler._call(IDS, logits),
  };

  it.each(Object.entries(CALLS))("%s: leaves the token of each row alone to choose from", (_, call) => {
    const told: [number, SampleResult][] = [];
    const sampler = multinomialSampler(
      { temperature: 0.9, top_p: 0.9 },
      { random: random(11), onSample: (token, r) => told.push([r, token]) },
    );
    const { buffer, logits } = batch();
    expect(call(sampler, logits)).toBe(logits);
    const draw = { temperature: 0.9, topK: 50, topP: 0.9, random: random(11) };
    const tokens = IDS.map(() => sample(LOGITS, draw)).map(({ index, prob, logProb }) => {
      return { index, prob: Math.fround(prob), logProb: Math.fround(logProb) };
    });
    expect(told).toEqual(tokens.map((token, r) => [r, token]));
    expect(new Set(tokens.map(({ index }) => index)).size).toBeGreaterThan(1);
    const expected = new Float32Array(buffer.length).fill(-Infinity);
    expected.fill(99, 0, PADDING).fill(99, -PADDING);
    tokens.forEach(({ index }, r) => {
      expected[PADDING + r * VOCABULARY + index] = 0;
    });
    expect(buffer).toEqual(expected);
  });

  it("asks for one random number for each row", () => {
    let asked = 0;
    const sampler = multinomialSampler({}, { random: () => ++asked / 100 });
    sampler(IDS, batch().logits);
    expect(asked).toBe(ROWS);
  });

  it("writes nothing where a row cannot be drawn from", () => {
    const { buffer, logits } = batch();
    logits.data[3 * VOCABULARY + 5] = Number.NaN;
    const before = buffer.slice();
    expect(() => multinomialSampler()(IDS, logits)).toThrow(
      'sample: "logits" expected numbers, got NaN at row 3, index 5',
    );
    expect(buffer).toEqual(before);
  });

  it("has the type that transformers.js asks for", () => {
    interface Tensor {
      dims: number[];
      data: Float32Array | BigInt64Array | unknown[];
      dispose(): void;
    }
    interface LogitsProcessor {
      // biome-ignore lint/suspicious/noExplicitAny: its Callable is declared so
      (...args: any[]): any;
      _call(input_ids: bigint[][], logits: Tensor): void;
    }
    expectTypeOf<MultinomialSampler>().toExtend<LogitsProcessor>();
    expectTypeOf<Tensor>().toExtend<Parameters<MultinomialSampler["sample"]>[0]>();
  });
});

describe("16 bits", () => {
  it.each([
    ["float16", 0xfc00],
    ["bfloat16", 0xff80],
  ] as const)("a tensor of %s is drawn from and left with one token, in place", (type, never) => {
    const data = pack16([0.5, 3, -1, 2, 2.5, -Infinity], { dtype: type });
    const wide = unpack16(data, { dtype: type });
    const config = { temperature: 0.8, top_k: 0 };
    const [own, plain] = [data, wide].map(() => multinomialSampler(config, { random: random(3) }));
    for (let k = 0; k < 20; k++) {
      expect(own.sample({ dims: [2, 3], data, type })).toEqual(plain.sample({ dims: [2, 3], data: wide }));
    }
    const logits = { dims: [2, 3], data, type };
    expect(multinomialSampler({ temperature: 0 })([], logits)).toBe(logits);
    expect([...data]).toEqual([never, 0, never, never, 0, never]);
  });

  it.runIf("Float16Array" in globalThis)("a Float16Array comes out of softmax and log_softmax as it came in", () => {
    const { Float16Array } = globalThis as unknown as { Float16Array: { of(...x: number[]): Float16Like } };
    const x = Float16Array.of(1, 2, 3);
    for (const [f, wide] of [
      [softmax, softmax32],
      [log_softmax, logSoftmax32],
    ] as const) {
      const y = f(x);
      expect(Object.prototype.toString.call(y)).toBe("[object Float16Array]");
      expect([...unpack16(pack16(wide([1, 2, 3]), { dtype: "float16" }), { dtype: "float16" })]).toEqual(Array.from(y));
    }
    expect(multinomialSampler({ temperature: 0 }).sample({ dims: [3], data: x })[0][0]).toBe(2n);
  });
});

describe("refuses", () => {
  it.each<[config: unknown, error: Error]>([
    ["top_k", new TypeError('multinomialSampler: "generation_config" expected an object, got string')],
    [{ do_sample: 1 }, new TypeError('multinomialSampler: "do_sample" expected a boolean, got number 1')],
    [{ temperature: -1 }, new RangeError('multinomialSampler: "temperature" expected a finite number >= 0, got -1')],
    [{ temperature: "1" }, new TypeError('multinomialSampler: "temperature" expected a number, got string')],
    [
      { top_k: -1 },
      new RangeError('multinomialSampler: "top_k" expected an integer >= 0 (0 or null keeps every token), got -1'),
    ],
    [
      { top_k: 1.5 },
      new RangeError('multinomialSampler: "top_k" expected an integer >= 0 (0 or null keeps every token), got 1.5'),
    ],
    [{ top_k: "5" }, new TypeError('multinomialSampler: "top_k" expected a number, got string')],
    [
      { top_p: 0 },
      new RangeError('multinomialSampler: "top_p" expected a number in (0, 1] (1 or null keeps every token), got 0'),
    ],
    [
      { top_p: 1.1 },
      new RangeError('multinomialSampler: "top_p" expected a number in (0, 1] (1 or null keeps every token), got 1.1'),
    ],
    [
      { min_p: -0.1 },
      new RangeError('multinomialSampler: "min_p" expected a number in [0, 1] (0 or null keeps every token), got -0.1'),
    ],
    [{ num_beams: 4 }, new RangeError('multinomialSampler: "num_beams" expected 1, got 4')],
  ])("generation_config %j", (config, error) => {
    expect(() => multinomialSampler(config as GenerationConfig)).toThrow(error);
  });

  it.each<[options: unknown, error: Error]>([
    [null, new TypeError('multinomialSampler: "options" expected an object, got null')],
    [{ random: 0.5 }, new TypeError('multinomialSampler: "random" expected a function, got number 0.5')],
    [{ onSample: {} }, new TypeError('multinomialSampler: "onSample" expected a function, got Object')],
  ])("options %j", (options, error) => {
    expect(() => multinomialSampler({}, options as object)).toThrow(error);
  });

  it.each<[logits: unknown, error: Error]>([
    [null, new TypeError('multinomialSampler: "logits" expected a Tensor, got null')],
    [LOGITS, new TypeError('multinomialSampler: "logits.dims" expected an array of sizes, got undefined')],
    [
      row([2], new Uint16Array(2)),
      new TypeError(
        'multinomialSampler: "logits.data" expected a Float32Array, or a tensor of type float16, got Uint16Array of type undefined',
      ),
    ],
    ...[[79], [], [-1, -80], [160, 0.5], [80, 0]].map((dims): [unknown, Error] => [
      row(dims),
      new RangeError(
        `multinomialSampler: "logits.dims" expected sizes >= 1 whose product is logits.data.length = 80, got [${dims.join(", ")}]`,
      ),
    ]),
  ])("logits %#", (logits, error) => {
    const sampler = multinomialSampler();
    expect(() => sampler.sample(logits as ReturnType<typeof row>)).toThrow(error);
    expect(() => sampler([], logits as ReturnType<typeof row>)).toThrow(error);
  });

  it("a random number out of range, when it comes", () => {
    const sampler = multinomialSampler({}, { random: () => 1 });
    expect(() => sampler.sample(row())).toThrow(
      new RangeError('sample: "random" expected to return a number in [0, 1), got 1'),
    );
  });
});

it("no generation_config, as of a model without one, is the defaults", () => {
  const [a, b] = [null, undefined].map((config) => multinomialSampler(config, { random: random(9) }));
  for (let k = 0; k < 20; k++) expect(a.sample(row())).toEqual(b.sample(row()));
});
