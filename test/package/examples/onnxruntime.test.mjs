/** onnxruntime's logits to a token. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { execute } from "../../../scripts/execute.mjs";
import { project, projectWith, refusal } from "./run.mjs";

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
    if (again[0].includes("come as Uint16Array")) expect(again[1]).toContain("float16 bits? widen them");
    else expect(again[0]).toContain("come as Float16Array");
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

  it("reads all float16 there are", async () => {
    const { float32From } = await import(pathToFileURL(join(project, "examples/onnx/float16.mjs")).href);
    const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
    // the same bits in the places of a float32, whose exponent is biased by 112 more
    const widened = new Float32Array(Uint32Array.from(bits, (b) => ((b & 0x8000) << 16) | ((b & 0x7fff) << 13)).buffer);
    const finite = (b) => (b & 0x7c00) !== 0x7c00;
    const expected = widened.map((x, b) =>
      finite(b) ? x * 2 ** 112 : b & 1023 ? Number.NaN : x < 0 ? -Infinity : Infinity,
    );
    expect(float32From(bits)).toEqual(expected);
  });
});
