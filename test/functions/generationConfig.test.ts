/** softmax-wasm/transformers: fields of a generation_config that depend on the text so far. */
import { describe, expect, it } from "vitest";
import { type SampleResult, sample, type TokenList } from "../../src/index";
import { type GenerationConfig, multinomialSampler } from "../../src/transformers";
import { random } from "../judge/random.mjs";

const VOCABULARY = 12;
const PROMPT = 3;
const EOS = [2, 7];
type Text = number[];

/** Tokens that may not come next, each rule by its definition on the whole text with the token. */
function isBanned(config: GenerationConfig, text: Text, token: number): boolean {
  const { bad_words_ids, suppress_tokens, begin_suppress_tokens, min_length, min_new_tokens } = config;
  const then = `,${[...text, token].join()},`;
  const words = (bad_words_ids ?? []) as number[][];
  if (words.some((word) => then.endsWith(`,${word.join()},`))) return true;
  if ((suppress_tokens as number[] | undefined)?.includes(token)) return true;
  if (text.length === PROMPT && (begin_suppress_tokens as number[] | undefined)?.includes(token)) return true;
  if (EOS.includes(token) && text.length < (min_length ?? 0)) return true;
  if (EOS.includes(token) && text.length - PROMPT < (min_new_tokens ?? 0)) return true;
  const n = config.no_repeat_ngram_size ?? 0;
  const last = [...text, token].slice(-n).join();
  return n > 0 && text.some((_, i) => i + n <= text.length && text.slice(i, i + n).join() === last);
}

/** A row's logits as the config has them before temperature and truncation. */
function edited(logits: Float32Array, config: GenerationConfig, text: Text): Float32Array {
  const r = config.repetition_penalty ?? 1;
  return logits.map((x, token) => {
    if (isBanned(config, text, token)) return -Infinity;
    return text.includes(token) ? (x < 0 ? x * r : x / r) : x;
  });
}

const CONFIGS: [label: string, config: GenerationConfig][] = [
  ["repetition_penalty above 1", { repetition_penalty: 1.7 }],
  ["repetition_penalty below 1", { repetition_penalty: 0.6 }],
  ["bad words of one token, the end of the text among them", { bad_words_ids: [[5], [2], [2]] }],
  [
    "bad words of two and three tokens",
    {
      bad_words_ids: [
        [1, 1],
        [2, 3],
        [3, 2, 1],
        [9, 8, 0],
      ],
    },
  ],
  ["a bad word longer than the text", { bad_words_ids: [[1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1]] }],
  ["suppress_tokens", { suppress_tokens: [0, 11] }],
  ["begin_suppress_tokens", { begin_suppress_tokens: [4, 6] }],
  ...[1, 2, 3, 4].map((n): [string, GenerationConfig] => [`no_repeat_ngram_size ${n}`, { no_repeat_ngram_size: n }]),
  ["min_length", { min_length: 6, eos_token_id: EOS }],
  ["min_new_tokens", { min_new_tokens: 2, eos_token_id: EOS }],
  ["min_length beyond min_new_tokens", { min_length: 8, min_new_tokens: 2, eos_token_id: EOS }],
  [
    "all of them",
    {
      repetition_penalty: 1.3,
      bad_words_ids: [[5], [1, 2]],
      suppress_tokens: [11],
      begin_suppress_tokens: [4],
      no_repeat_ngram_size: 3,
      min_new_tokens: 4,
      eos_token_id: EOS,
      temperature: 0.7,
      top_k: 5,
      top_p: 0.9,
      min_p: 0.05,
    },
  ],
];

const TRIALS = 300;
const next = random(21);
/** Texts of few different tokens, so that words and sequences come again. */
const trials = Array.from({ length: TRIALS }, (_, i) => ({
  text: Array.from({ length: PROMPT + (i % 9) }, () => Math.floor(4 * next())),
  logits: Float32Array.from({ length: VOCABULARY }, () => Math.round(24 * next() - 12) / 4),
}));

const lawOf = ({ temperature, top_k, top_p, min_p }: GenerationConfig) => ({
  temperature: temperature ?? undefined,
  topK: top_k || undefined,
  topP: top_p ?? undefined,
  minP: min_p ?? undefined,
});

describe.each(CONFIGS)("%s", (_, config) => {
  const given = { top_k: 0, ...config };

  it(`${TRIALS} draws are those of sample from logits edited by hand`, () => {
    const told: SampleResult[] = [];
    const options = { random: random(4), promptLength: PROMPT, onSample: (token: SampleResult) => told.push(token) };
    const sampler = multinomialSampler(given, options);
    const law = { ...lawOf(given), random: random(4) };
    for (const { text, logits } of trials) {
      const dims = [VOCABULARY];
      const [[id, score]] = sampler.sample({ dims, data: logits }, [text]);
      const { index, prob, logProb } = sample(edited(logits, config, text), law);
      expect([Number(id), text]).toEqual([index, text]);
      expect(Math.abs(score - Math.log(prob))).toBeLessThan(1e-6);
      expect(Math.abs((told.at(-1) as SampleResult).logProb - logProb)).toBeLessThan(1e-6);
    }
    expect(told.length).toBe(TRIALS);
  });

  it("rows have a text each, in any list of token ids, and the result is what one call a row gives", () => {
    const kinds: ((text: Text) => TokenList)[] = [
      (text) => text,
      (text) => text.map(BigInt),
      (text) => BigInt64Array.from(text, BigInt),
      (text) => Int32Array.from(text),
      (text) => Uint32Array.from(text),
    ];
    for (let at = 0; at + 5 <= 60; at += 5) {
      const rows = trials.slice(at, at + 5);
      const data = Float32Array.from(rows.flatMap(({ logits }) => [...logits]));
      const one = multinomialSampler(given, { random: random(at + 1), promptLength: PROMPT });
      const singly = rows.map(({ text, logits }) =>
        Number(one.sample({ dims: [1, VOCABULARY], data: logits }, [text])[0][0]),
      );
      const options = { random: random(at + 1), promptLength: PROMPT };
      const ids = rows.map(({ text }, r) => kinds[r](text));
      const all = multinomialSampler(given, options).sample({ dims: [5, VOCABULARY], data }, ids);
      expect(all.map(([id]) => Number(id))).toEqual(singly);
      multinomialSampler(given, { random: random(at + 1), promptLength: PROMPT })(ids, { dims: [5, VOCABULARY], data });
      const left = singly.map((token) =>
        Float32Array.from({ length: VOCABULARY }, (_, t) => (t === token ? 0 : -Infinity)),
      );
      expect(data).toEqual(Float32Array.from(left.flatMap((row) => [...row])));
    }
  });

  it("the trials have what it is about", () => {
    const changed = trials.filter(({ text, logits }) => edited(logits, config, text).some((x, t) => x !== logits[t]));
    const long = config.bad_words_ids?.some((word) => word.length > PROMPT + 9) === true;
    if (long) expect(changed.length).toBe(0);
    else expect(changed.length).toBeGreaterThan(10);
  });
});

describe("input_ids", () => {
  const data = Float32Array.from({ length: VOCABULARY }, (_, t) => -t);
  const logits = { dims: [1, VOCABULARY], data };

  it("may have tokens that have no logit: they weigh nothing", () => {
    const sampler = multinomialSampler({ repetition_penalty: 1e9, no_repeat_ngram_size: 1, temperature: 0 });
    expect(sampler.sample(logits, [[0, 50_000, 1, 12]])).toEqual([[2n, 0]]);
  });

  it("are not read where nothing depends on them", () => {
    const configs = [{}, { suppress_tokens: [0], bad_words_ids: [[1]] }, { repetition_penalty: 1, min_length: 0 }];
    for (const config of configs) {
      const sampler = multinomialSampler({ ...config, do_sample: false });
      const expected = [[config.suppress_tokens === undefined ? 0n : 2n, 0]];
      expect(sampler.sample(logits)).toEqual(expected);
      expect(sampler.sample(logits, "no list" as never)).toEqual(expected);
    }
  });

  it("are read once each, a list's elements too", () => {
    let reads = 0;
    const ids = Object.defineProperty([[]], 0, {
      get: () => {
        reads++;
        return Object.defineProperty([0, 0], 1, { get: () => reads++ });
      },
    });
    multinomialSampler({ repetition_penalty: 2 }).sample(logits, ids);
    expect(reads).toBe(2);
  });
});

it("each field and option is read once, when the sampler is made, and the lists are copied", () => {
  const values = {
    repetition_penalty: 1,
    bad_words_ids: [[1, 2], [3]],
    suppress_tokens: [4],
    begin_suppress_tokens: [5],
    no_repeat_ngram_size: 0,
    min_length: 1,
    min_new_tokens: 1,
    eos_token_id: [0],
  };
  const counts: Record<string, number> = {};
  const counted = <T extends object>(object: T): T => {
    const from = {};
    for (const [key, value] of Object.entries(object)) {
      Object.defineProperty(from, key, {
        enumerable: true,
        get: () => {
          counts[key] = (counts[key] ?? 0) + 1;
          return value;
        },
      });
    }
    return from as T;
  };
  const options = { mask: () => undefined, promptLength: 1 };
  const sampler = multinomialSampler(counted({ ...values, do_sample: false }), counted(options));
  const names = [...Object.keys(values), "do_sample", ...Object.keys(options)];
  expect(counts).toEqual(Object.fromEntries(names.map((key) => [key, 1])));
  values.suppress_tokens[0] = values.bad_words_ids[1][0] = values.eos_token_id[0] = 11;
  const data = Float32Array.from({ length: VOCABULARY }, (_, t) => -t);
  expect(sampler.sample({ dims: [VOCABULARY], data }, [[1]])).toEqual([[1n, 0]]); // 0 is the end
  expect(sampler.sample({ dims: [VOCABULARY], data }, [[0, 1]])).toEqual([[0n, 0]]);
});
