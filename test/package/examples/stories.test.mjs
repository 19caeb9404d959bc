/** The story of a trained model, where there is one. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { printed, refusal } from "./run.mjs";

describe("stories.mjs", () => {
  const folder = resolve(process.env.STORIES_DIR ?? "");
  const missing = !existsSync(join(folder, "stories260K.bin"));

  it("tells the reference program's story", (context) => {
    if (missing)
      context.skip("STORIES_DIR names no folder with stories260K.bin, tok512.bin and stories260K-greedy.txt");
    const story = readFileSync(join(folder, "stories260K-greedy.txt"), "utf8");
    expect(printed("stories.mjs", [], { STORIES_DIR: folder })).toBe(story);
  });

  it("says what it needs", () => {
    expect(refusal("stories.mjs")).toMatch(/^stories\.mjs needs a trained model and its tokenizer, .+\n\nusage: /);
    expect(refusal("stories.mjs", ["nosuch.bin", "nosuch.bin"])).toContain("no such file");
    expect(refusal("stories.mjs", ["package.json", "package.json"])).toContain("no llama2.c checkpoint");
    expect(refusal("stories.mjs", ["--colour", "red"])).toContain("'--colour'");
  });
});
