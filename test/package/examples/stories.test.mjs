/** The story of a trained model, where there is one. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { printed, ran, refusal } from "./run.mjs";

describe("stories.mjs", () => {
  const folder = resolve(process.env.STORIES_DIR ?? "");
  const missing = !existsSync(join(folder, "stories260K.bin"));

  it("tells the reference program's story", (context) => {
    if (missing)
      context.skip("STORIES_DIR names no folder with stories260K.bin, tok512.bin and stories260K-greedy.txt");
    const story = readFileSync(join(folder, "stories260K-greedy.txt"), "utf8");
    expect(printed("stories.mjs", [], { STORIES_DIR: folder })).toBe(story);
  });

  it("tells the same story with drafted tokens, and says how many were accepted", (context) => {
    if (missing) context.skip("STORIES_DIR names no folder with a model");
    const story = readFileSync(join(folder, "stories260K-greedy.txt"), "utf8");
    const { stdout, stderr } = ran("stories.mjs", ["--draft", "3"], { STORIES_DIR: folder });
    expect(stdout).toBe(story);
    const [, accepted, drafted] = /^256 tokens, \d+ a second, on \S+; (\d+) of (\d+) drafted/m.exec(stderr) ?? [];
    expect(Number(accepted)).toBeGreaterThan(30);
    expect(Number(drafted)).toBeGreaterThan(Number(accepted));
  });

  it("takes a penalty for repetition, with drafted tokens and without", (context) => {
    if (missing) context.skip("STORIES_DIR names no folder with a model");
    const told = (...args) => printed("stories.mjs", args, { STORIES_DIR: folder });
    const penalised = told("--repetition", "1.2", "--steps", "100");
    expect(penalised).not.toBe(told("--steps", "100"));
    expect(told("--repetition", "1.2", "--draft", "4", "--steps", "100")).toBe(penalised);
  });

  it("says what it needs", () => {
    expect(refusal("stories.mjs")).toMatch(/^stories\.mjs needs a trained model and its tokenizer, .+\n\nusage: /);
    expect(refusal("stories.mjs", ["nosuch.bin", "nosuch.bin"])).toContain("no such file");
    expect(refusal("stories.mjs", ["package.json", "package.json"])).toContain("no llama2.c checkpoint");
    expect(refusal("stories.mjs", ["--colour", "red"])).toContain("'--colour'");
  });
});
