/** The example against the reference program: a trained model's story at temperature 0, byte for byte. */
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
});
