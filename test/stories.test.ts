/** The example against the reference program: a trained model's story at temperature 0, byte for byte. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../src/index";
import { BACKENDS } from "./backends";

const folder = process.env.STORIES_DIR;
const present = folder !== undefined && existsSync(`${folder}/stories260K.bin`);
if (!present)
  console.warn(`stories.test.ts is skipped: STORIES_DIR (${folder}) has no stories260K.bin, see examples/stories.mjs`);

describe.each(BACKENDS)("stories on %s", (backend) => {
  const load = async () => {
    const { Llama } = await import("../examples/llama.mjs" as string);
    const { Tokenizer } = await import("../examples/tokenizer.mjs" as string);
    const model = new Llama(readFileSync(`${folder}/stories260K.bin`), createRuntime({ backend }));
    return { model, tokenizer: new Tokenizer(readFileSync(`${folder}/tok512.bin`), model.vocabulary) };
  };

  it.skipIf(!present)("tells the reference program's story", async () => {
    const { model, tokenizer } = await load();
    const bytes: number[] = [];
    let before = 1;
    for (const token of model.generate([1], { steps: 256 })) {
      bytes.push(...tokenizer.decode(token, before));
      before = token;
    }
    expect(`${Buffer.from(bytes)}\n`).toBe(readFileSync(`${folder}/stories260K-greedy.txt`, "utf8"));
  });

  it.skipIf(!present)("goes on the same from a prompt read in one call", async () => {
    const { model, tokenizer } = await load();
    const story = [...model.generate([1], { steps: 100 })];
    const prompt = [1, ...story.slice(0, 40)];
    expect([...model.generate(prompt, { steps: 100 })]).toEqual(story.slice(40));
    expect(tokenizer.encode("Once upon a time")).toEqual([1, ...story.slice(0, 4)]);
  });
});
