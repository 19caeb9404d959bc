/** onnxruntime's logits to a token. */
import { describe, expect, it } from "vitest";
import { execute } from "../../../scripts/execute.mjs";
import { projectWith, refusal } from "./run.mjs";

describe("onnxruntime.mjs", () => {
  const own = projectWith("onnxruntime", { "onnxruntime-node": "1.30.0" });
  const text = execute(process.execPath, ["examples/onnxruntime.mjs"], own).stdout;
  const [, , sentences, columns, again] = text.split("\n\n").map((part) => part.trimEnd().split("\n"));
  const linesOf = (part) => part.filter((line) => line.startsWith("  the "));

  it("knows the likeliest words", () => {
    expect(text).toMatch(/^ {2}dog +0\.3846\n {2}cat +0\.3077$/m); // 5 and 4 of the 13 words that follow "the"
  });

  it("writes one text after the other, each up to the stop word", () => {
    const texts = linesOf(sentences);
    expect(texts.length).toBe(3);
    ["the ", "the dog ", "the cat sat "].forEach((prompt, i) => {
      expect(texts[i].startsWith(`  ${prompt}`), texts[i]).toBe(true);
    });
    for (const line of texts) expect(line).toMatch(/^ {2}(?:[a-z]+ )+\.$/);
    expect(new Set(texts.join(" ").split(" ")).size, "different words").toBeGreaterThan(7);
  });

  it("draws the same words from float16 logits", () => {
    expect(linesOf(again)).toEqual(linesOf(sentences));
    expect(again[0]).toMatch(/^float16 logits come as (Uint16|Float16)Array, and sample takes them/);
  });

  it("writes two texts at once, and each ends for itself", () => {
    const [heading, prompts, ...lines] = columns;
    expect(heading).toMatch(/^two texts at once/);
    const words = [prompts, ...lines].map((line) => [line.slice(2, 14).trim(), line.slice(14).trim()]);
    const [left, right] = [0, 1].map((i) =>
      words
        .map((pair) => pair[i])
        .join(" ")
        .trim(),
    );
    expect(left).toMatch(/^the dog (?:[a-z]+ )+\.$/);
    expect(right).toMatch(/^the cat (?:[a-z]+ )+\.$/);
    expect(left.split(" ").length, "they end at different steps").not.toBe(right.split(" ").length);
  });

  it("says what it needs", () => {
    expect(refusal("onnxruntime.mjs")).toBe(
      "onnxruntime.mjs needs onnxruntime-node: npm install --no-save onnxruntime-node\n",
    );
  });
});
