/** multinomialSampler in generate() of the real transformers.js, beside its own processors. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterAll, describe, expect, inject, it } from "vitest";
import { EOS, library, logitsAfter, modelWith, VOCABULARY } from "./model.mjs";

const { LogitsProcessor, LogitsProcessorList, RepetitionPenaltyLogitsProcessor, Tensor } = library;
const installed = createRequire(join(inject("project"), "package.json"));
const { sample, seeded, bitMask } = installed("softmax-wasm");
const { multinomialSampler } = installed("softmax-wasm/transformers");

const model = await modelWith();
const PENALTY = 1.3;
const penalized = await modelWith({ repetition_penalty: PENALTY });
afterAll(() => Promise.all([model.dispose(), penalized.dispose()]));

const NEW_TOKENS = 30;
const PROMPTS = [
  [11, 12, 13],
  [40, 41, 42],
];
const tensorOf = (texts) =>
  new Tensor("int64", BigInt64Array.from(texts.flat(), BigInt), [texts.length, texts[0].length]);
const listOf = (...processors) => {
  const list = new LogitsProcessorList();
  for (const processor of processors) list.push(processor);
  return list;
};

/** The texts that generate() writes, in numbers. */
async function written(from, texts, options) {
  const given = { input_ids: tensorOf(texts), max_new_tokens: NEW_TOKENS, do_sample: false, ...options };
  return (await from.generate(given)).tolist().map((text) => text.map(Number));
}

const BATCHES = [
  ["one text", PROMPTS.slice(0, 1)],
  ["two texts", PROMPTS],
];
const FIELDS = [
  ["repetition_penalty above 1", { repetition_penalty: 1.6 }],
  ["repetition_penalty below 1", { repetition_penalty: 0.7 }],
  ["bad_words_ids", { bad_words_ids: "likely" }],
  ["bad_words_ids that end the text", { bad_words_ids: [[EOS]], suppress_tokens: "all but few" }],
  ["suppress_tokens", { suppress_tokens: "likely" }],
  ["begin_suppress_tokens", { begin_suppress_tokens: "likely" }],
  ["no_repeat_ngram_size 1", { no_repeat_ngram_size: 1 }],
  ["no_repeat_ngram_size 2", { no_repeat_ngram_size: 2 }],
  ["no_repeat_ngram_size 3", { no_repeat_ngram_size: 3 }],
  ["min_length", { min_length: 12, suppress_tokens: "all but few" }],
  ["min_new_tokens", { min_new_tokens: 9, suppress_tokens: "all but few" }],
  ["all of them", { repetition_penalty: 1.2, bad_words_ids: "likely", no_repeat_ngram_size: 4, min_new_tokens: 9 }],
];

/** Tokens that are in the texts without the field, so that it changes them. @param plain  those texts */
function named(field, value, plain) {
  if (value === "all but few") return [...Array(VOCABULARY).keys()].filter((token) => token % 8 !== EOS);
  if (value !== "likely") return value;
  const drawn = plain.map((text) => text.slice(PROMPTS[0].length));
  if (field === "bad_words_ids") return [[drawn[0][0]], ...drawn.map((text) => text.slice(1, 4))];
  return drawn.map((text) => text[0]);
}

describe.each(BATCHES)("%s", (_, texts) => {
  it("without chance is what generate() writes", async () => {
    const plain = await written(model, texts, {});
    expect(plain[0].length).toBeGreaterThan(10);
    for (const config of [{ temperature: 0 }, { do_sample: false, temperature: 0.5, top_k: 3 }]) {
      const logits_processor = listOf(multinomialSampler(config));
      expect(await written(model, texts, { logits_processor })).toEqual(plain);
    }
  });

  it.each(FIELDS)("%s does here what generate()'s own processors do there", async (_, fields) => {
    const plain = await written(model, texts, {});
    const config = Object.fromEntries(
      Object.entries(fields).map(([field, value]) => [field, named(field, value, plain)]),
    );
    const theirs = await written(model, texts, config);
    expect(theirs).not.toEqual(plain);
    const [{ length: promptLength }] = texts;
    const sampler = multinomialSampler({ ...config, temperature: 0, eos_token_id: EOS }, { promptLength });
    expect(await written(model, texts, { logits_processor: listOf(sampler) })).toEqual(theirs);
  });

  it("fields may be divided between the two", async () => {
    const sampler = multinomialSampler({ temperature: 0, repetition_penalty: 1.2 });
    const bans = { no_repeat_ngram_size: 3, suppress_tokens: [5, 6], min_new_tokens: 12 };
    const logits_processor = listOf(sampler);
    expect(await written(model, texts, { ...bans, logits_processor })).toEqual(
      await written(model, texts, { ...bans, repetition_penalty: 1.2 }),
    );
  });

  it("bans that are given in both places are the same bans", async () => {
    const bans = { no_repeat_ngram_size: 2, suppress_tokens: [5, 6] };
    const logits_processor = listOf(multinomialSampler({ ...bans, temperature: 0 }));
    expect(await written(model, texts, { ...bans, logits_processor })).toEqual(await written(model, texts, bans));
  });

  it("a loop of one's own with sample writes the same", async () => {
    const config = { repetition_penalty: 1.4, no_repeat_ngram_size: 3 };
    const sampler = multinomialSampler({ ...config, temperature: 0 });
    const own = texts.map((text) => text.map(BigInt));
    const theirs = await written(model, texts, config);
    while (own[0].length < theirs[0].length) {
      const { logits } = await model({ input_ids: tensorOf(own) });
      sampler.sample(logits.slice(null, -1, null), own).forEach(([id], r) => own[r].push(id));
    }
    expect(own.map((text) => text.map(Number))).toEqual(theirs);
  });
});

describe("a penalty that the model has itself", () => {
  const sampler = multinomialSampler({ repetition_penalty: PENALTY, temperature: 0 });

  it("is applied once where generate() is given 1", async () => {
    const once = await written(penalized, PROMPTS, {});
    expect(once).toEqual(await written(model, PROMPTS, { repetition_penalty: PENALTY }));
    const logits_processor = listOf(sampler);
    expect(await written(penalized, PROMPTS, { repetition_penalty: 1, logits_processor })).toEqual(once);
    const own = multinomialSampler({ ...penalized.generation_config, temperature: 0 });
    expect(await written(penalized, PROMPTS, { repetition_penalty: 1, logits_processor: listOf(own) })).toEqual(once);
  });

  it("is applied twice where it is not, as a processor of the library's own would be", async () => {
    const twice = await written(penalized, PROMPTS, { logits_processor: listOf(sampler) });
    const theirs = listOf(new RepetitionPenaltyLogitsProcessor(PENALTY));
    expect(twice).toEqual(await written(penalized, PROMPTS, { logits_processor: theirs }));
    expect(twice).not.toEqual(await written(penalized, PROMPTS, {}));
  });
});

describe("with chance", () => {
  const CONFIG = { temperature: 0.9, top_k: 30, top_p: 0.95, min_p: 0.01, repetition_penalty: 1.2 };
  const LAW = { temperature: 0.9, topK: 30, topP: 0.95, minP: 0.01 };

  /** The same texts by `sample` on the model's table, a row after the other. @param maskOf  of a row */
  function byHand(steps, random, maskOf = () => undefined) {
    const texts = PROMPTS.map((text) => [...text]);
    // generate() stops where all texts end in the same step
    for (let step = 0; step < steps && !texts.every((tokens) => tokens.at(-1) === EOS); step++) {
      texts.forEach((tokens, r) => {
        const options = { ...LAW, penalties: { tokens, repetition: 1.2 }, mask: maskOf(r), random };
        tokens.push(sample(logitsAfter(tokens), options).index);
      });
    }
    return texts;
  }

  it("is what sample draws with the same seed, and onSample is told", async () => {
    const told = [];
    const onSample = ({ index }, row) => told.push([row, index]);
    const sampler = multinomialSampler(CONFIG, { random: seeded(8), onSample });
    const texts = await written(model, PROMPTS, { logits_processor: listOf(sampler) });
    expect(texts).toEqual(byHand(NEW_TOKENS, seeded(8)));
    expect(texts.map((text) => new Set(text).size > 12)).toEqual([true, true]);
    PROMPTS.forEach((prompt, r) => {
      expect(told.filter(([row]) => row === r).map(([, index]) => index)).toEqual(texts[r].slice(prompt.length));
    });
  });

  /** What a library for structured output does: another mask for each row, by -Infinity. */
  class OneOfTwo extends LogitsProcessor {
    _call(_, logits) {
      for (let r = 0; r < logits.dims[0]; r++) {
        const { data } = logits[r];
        data.forEach((_, token) => {
          if (token % 2 !== r % 2) data[token] = -Infinity;
        });
      }
      return logits;
    }
  }
  const evenOrOdd = (row) =>
    bitMask(
      [...Array(VOCABULARY).keys()].filter((token) => token % 2 === row % 2),
      VOCABULARY,
    );

  it("draws from what a processor before it left, each row its own", async () => {
    const logits_processor = listOf(new OneOfTwo(), multinomialSampler(CONFIG, { random: seeded(9) }));
    const texts = await written(model, PROMPTS, { logits_processor });
    texts.forEach((text, r) => {
      expect(text.slice(PROMPTS[r].length).every((token) => token % 2 === r)).toBe(true);
    });
    expect(texts).toEqual(byHand(NEW_TOKENS, seeded(9), evenOrOdd));
  });

  it("its own mask draws the same", async () => {
    const sampler = multinomialSampler(CONFIG, { random: seeded(9), mask: evenOrOdd });
    const texts = await written(model, PROMPTS, { logits_processor: listOf(sampler) });
    expect(texts).toEqual(byHand(NEW_TOKENS, seeded(9), evenOrOdd));
  });

  it("20000 first tokens follow the law, within what chi-square allows", async () => {
    const top_k = 12;
    const sampler = multinomialSampler({ temperature: 1.5, top_k }, { random: seeded(10) });
    const batch = Array(500).fill(PROMPTS[0]);
    const counts = new Map();
    for (let run = 0; run < 40; run++) {
      const texts = await written(model, batch, { max_new_tokens: 1, logits_processor: listOf(sampler) });
      for (const text of texts) counts.set(text.at(-1), (counts.get(text.at(-1)) ?? 0) + 1);
    }
    const kept = [...logitsAfter(PROMPTS[0]).entries()].sort(([, a], [, b]) => b - a).slice(0, top_k);
    expect([...counts.keys()].sort()).toEqual(kept.map(([token]) => token).sort());
    const weights = kept.map(([, logit]) => Math.exp(logit / 1.5));
    const all = weights.reduce((a, b) => a + b);
    const statistic = kept.reduce((sum, [token], j) => {
      const expected = (20_000 * weights[j]) / all;
      expect(expected).toBeGreaterThan(100);
      return sum + (counts.get(token) - expected) ** 2 / expected;
    }, 0);
    expect(statistic).toBeLessThan(35); // 11 degrees of freedom: one seed in 4000 has more
  });
});
