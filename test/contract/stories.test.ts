/** The example against the reference program: a trained model's story at temperature 0, byte for byte, drafted too. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createRuntime, seeded } from "../../src/index";
import { BACKENDS } from "../judge/backends";

const folder = process.env.STORIES_DIR;
const present = folder !== undefined && existsSync(`${folder}/stories260K.bin`);
if (!present)
  console.warn(`stories.test.ts is skipped: STORIES_DIR (${folder}) has no stories260K.bin, see examples/stories.mjs`);

/** Temperature 0.8, topK 100, topP 0.95, minP 0.01, seed 7: the same on every backend. */
const DRAWN = `Once upon a time, there was a little girl named Lily. She had a party with her mommy and daddy. \
One day, she went outside to play with her doll and she saw a toy. She was scared of her family, but she had to stay in \
the door.
"Mommy, can I play with you?" asked Amy.`;

interface Step {
  tokens: number[];
  drafted: number;
  accepted: number;
}

/** The tokens of all steps, and how many were drafted and accepted. */
function taken(steps: Iterable<Step>): Step {
  const all: Step = { tokens: [], drafted: 0, accepted: 0 };
  for (const { tokens, drafted, accepted } of steps) {
    all.tokens.push(...tokens);
    all.drafted += drafted;
    all.accepted += accepted;
  }
  return all;
}

describe.each(BACKENDS)("stories on %s", (backend) => {
  const textOf = (
    tokens: Iterable<number>,
    tokenizer: { decode(token: number, before: number): Uint8Array },
  ): string => {
    const bytes: number[] = [];
    let before = 1;
    for (const token of tokens) {
      bytes.push(...tokenizer.decode(token, before));
      before = token;
    }
    return Buffer.from(bytes).toString();
  };
  const load = async () => {
    const { Llama } = await import("../../examples/llama/llama.mjs" as string);
    const { Tokenizer } = await import("../../examples/llama/tokenizer.mjs" as string);
    const model = new Llama(readFileSync(`${folder}/stories260K.bin`), createRuntime({ backend }));
    return { model, tokenizer: new Tokenizer(readFileSync(`${folder}/tok512.bin`), model.vocabulary) };
  };

  it.skipIf(!present)("tells the reference program's story", async () => {
    const { model, tokenizer } = await load();
    const story = textOf(model.generate([1], { steps: 256 }), tokenizer);
    expect(`${story}\n`).toBe(readFileSync(`${folder}/stories260K-greedy.txt`, "utf8"));
  });

  it.skipIf(!present)("goes on the same from a prompt read in one call", async () => {
    const { model, tokenizer } = await load();
    const story = [...model.generate([1], { steps: 100 })];
    const prompt = [1, ...story.slice(0, 40)];
    expect([...model.generate(prompt, { steps: 100 })]).toEqual(story.slice(40));
    expect(tokenizer.encode("Once upon a time")).toEqual([1, ...story.slice(0, 4)]);
  });

  it.skipIf(!present)("the tour's words are the tokenizer's", async () => {
    const { tokenizer } = await load();
    const words: Record<string, string> = JSON.parse(readFileSync("examples/data/stories-words.json", "utf8"));
    const spelled = Object.keys(words).map((token) => [
      token,
      Buffer.from(tokenizer.decode(Number(token), 0)).toString(),
    ]);
    expect(words).toEqual(Object.fromEntries(spelled));
    expect(spelled.length).toBeGreaterThan(50);
  });

  it.skipIf(!present)("draws the same story from the same seed", async () => {
    const { model, tokenizer } = await load();
    const draw = (seed: number): string => {
      const options = { temperature: 0.8, topK: 100, topP: 0.95, minP: 0.01, random: seeded(seed), steps: 128 };
      return textOf(model.generate([1], options), tokenizer);
    };
    expect(draw(7).slice(0, DRAWN.length)).toBe(DRAWN);
    expect(draw(8).slice(0, DRAWN.length)).not.toBe(DRAWN);
  });

  it.skipIf(!present).each([1, 3, 4, 8])("tells the same story when %i tokens a step are drafted", async (draft) => {
    const { model, tokenizer } = await load();
    const { tokens, drafted, accepted } = taken(model.steps([1], { draft, steps: 256 }));
    expect(`${textOf(tokens, tokenizer)}\n`).toBe(readFileSync(`${folder}/stories260K-greedy.txt`, "utf8"));
    expect(accepted).toBeGreaterThan(30);
    expect(drafted).toBeGreaterThan(accepted);
  });
});

describe.each(BACKENDS)("a model of random weights on %s", (backend) => {
  const load = async (seed: number) => {
    const { Llama } = await import("../../examples/llama/llama.mjs" as string);
    const { randomCheckpoint } = await import("../../examples/llama/randomCheckpoint.mjs" as string);
    return new Llama(randomCheckpoint(seed), createRuntime({ backend }));
  };

  it.each([undefined, 1.05, 1.3])("says the same at temperature 0 with a draft, repetition %s", async (repetition) => {
    let accepted = 0;
    for (const seed of [1, 2, 3]) {
      const model = await load(seed);
      const plain = [...model.generate([1], { repetition })];
      for (const draft of [1, 3, 5]) {
        const drafted = taken(model.steps([1], { repetition, draft }));
        expect(drafted.tokens, `seed ${seed}, ${draft} drafted`).toEqual(plain);
        accepted += drafted.accepted;
      }
    }
    expect(accepted).toBeGreaterThan(50);
  });

  it("says something else with repetition, and says few tokens twice with much of it", async () => {
    const model = await load(3);
    const distinct = (repetition?: number): number => new Set(model.generate([1], { repetition })).size;
    expect(distinct(1.05)).toBeGreaterThan(distinct());
    expect(distinct(100)).toBeGreaterThan(100);
  });

  it("draws with a draft from the same seed the same again", async () => {
    const model = await load(3);
    const draw = (seed: number): Step => taken(model.steps([1], { temperature: 0.2, draft: 3, random: seeded(seed) }));
    expect(draw(5)).toEqual(draw(5));
    expect(draw(5).tokens).not.toEqual(draw(6).tokens);
    expect(draw(5).drafted).toBeGreaterThan(0);
  });

  it("forgets what was read behind a position that it goes back to", async () => {
    const model = await load(1);
    const text = [1, 20, 30, 40, 50];
    const fresh: Float32Array = model.forward(text, 0, model.newCache(), 3);
    const cache = model.newCache();
    model.forward([1, 20, 7, 8, 9, 10], 0, cache);
    const again: Float32Array = model.forward([30, 40, 50], 2, cache, 3);
    expect(again.length).toBe(3 * model.vocabulary);
    const scale = Math.max(...fresh.map(Math.abs));
    for (const [i, logit] of again.entries()) expect(Math.abs(logit - fresh[i])).toBeLessThan(1e-5 * scale);
    const one: Float32Array = model.forward([50], 4, cache);
    for (const [i, logit] of one.entries()) {
      expect(Math.abs(logit - fresh[2 * model.vocabulary + i])).toBeLessThan(1e-5 * scale);
    }
  });

  it.each([-1, 1.5, Number.NaN])("refuses a draft of %s tokens", async (draft) => {
    const model = await load(1);
    const message = `"draft" expected a whole number >= 0, got ${draft}`;
    expect(() => [...model.generate([1], { draft })]).toThrow(new RangeError(message));
  });
});

describe("draftAfter", () => {
  const load = async (): Promise<(text: number[], count: number) => number[]> =>
    (await import("../../examples/llama/draft.mjs" as string)).draftAfter;

  it("proposes what followed the last three tokens, the last time that they stood there", async () => {
    const draftAfter = await load();
    expect(draftAfter([1, 2, 3, 4, 5, 1, 2, 3, 6, 7, 1, 2, 3], 2)).toEqual([6, 7]);
    expect(draftAfter([9, 2, 3, 4, 5, 1, 2, 3], 2)).toEqual([]);
  });

  it("goes on into the draft where a text repeats itself", async () => {
    const draftAfter = await load();
    expect(draftAfter([5, 6, 7, 5, 6, 7], 7)).toEqual([5, 6, 7, 5, 6, 7, 5]);
    expect(draftAfter([8, 8, 8, 8], 3)).toEqual([8, 8, 8]);
  });

  it("proposes nothing where it is asked for nothing, or the text is short", async () => {
    const draftAfter = await load();
    expect(draftAfter([8, 8, 8, 8], 0)).toEqual([]);
    expect(draftAfter([8, 8, 8], 3)).toEqual([]);
    expect(draftAfter([], 3)).toEqual([]);
  });
});
