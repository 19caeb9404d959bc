/** onnxruntime's logits to a token. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { execute } from "../../../scripts/execute.mjs";
import { project, projectWith, refusal } from "./run.mjs";

describe("onnxruntime.mjs", () => {
  it("draws the same words from float32 and float16 logits", () => {
    const own = projectWith("onnxruntime", { "onnxruntime-web": "1.30.0" });
    const text = execute(process.execPath, ["examples/onnxruntime.mjs"], own).stdout;
    expect(text).toMatch(/^ {2}dog +0\.3846\n {2}cat +0\.3077$/m); // 5 and 4 of the 13 words that follow "the"
    const [from32, from16] = text.match(/^ {2}the (\S+ ){28}\S+$/gm);
    expect(from16).toBe(from32);
    expect(new Set(from32.split(" ")).size, "different words").toBeGreaterThan(5);
    if (text.includes("come as Uint16Array")) expect(text).toContain("float16 bits? widen them");
    else expect(text).toContain("come as Float16Array");
  });

  it("says what it needs", () => {
    expect(refusal("onnxruntime.mjs")).toBe(
      "onnxruntime.mjs needs onnxruntime-web: npm install --no-save onnxruntime-web\n",
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
