/** What a snippet may take for granted (snippets.mjs): a reader's data by its usual names, and the judge of its comments. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const floats = (length) => Float32Array.from({ length }, (_, i) => Math.sin(i));

Object.assign(globalThis, {
  scores: floats(64 * 512),
  out: new Float32Array(64 * 512),
  heads: 8,
  kvHeads: 2,
  headDim: 64,
  positions: 32,
  length: 5,
  q: floats(8 * 10 * 64),
  k: floats(8 * 10 * 64),
  v: floats(8 * 10 * 64),
  logits: Object.assign(floats(2000), { dims: [1, 2000], data: floats(2000) }), // an array here, a Tensor of transformers.js there
  vocabulary: 2000,
  results: { logits: { dims: [1, 4, 500], data: floats(2000) } }, // of a session of onnxruntime
  grammar: new Uint32Array(63).fill(0xffffffff),
  // of transformers.js
  model: { generate: async () => {} },
  inputs: {},
  input_ids: [[1n, 2n, 3n]],
  LogitsProcessorList: class {
    push() {}
  },
});

/** Half of the last digit shown, of a number as it is written, and float32's rounding of it. */
const bound = (digits) =>
  (digits.includes(".") ? 0.5 * 10 ** -digits.split(".")[1].length : 0) + Math.max(1e-6, 2 ** -24 * Math.abs(digits));

globalThis.given = {
  module(specifier) {
    const bytes = (name) => readFileSync(fileURLToPath(import.meta.resolve(name)));
    const wanted = bytes(specifier);
    return new WebAssembly.Module(WebAssembly.validate(wanted) ? wanted : bytes(specifier.replace("-relaxed", "")));
  },

  /** @throws {Error} the value is not what the comment promises */
  printed(value, comment) {
    const right = () => {
      const [strings] = comment.match(/^"[^"]*"(?:(?:,| or) "[^"]*")*/) ?? [];
      if (strings !== undefined) return strings.match(/"[^"]*"/g).includes(JSON.stringify(value));
      const digits = comment.match(/-?[\d.]+(?:e[+-]?\d+)?/g) ?? [];
      const values = comment.startsWith("[") ? [...value] : [value];
      return (
        values.length === digits.length &&
        values.every((got, i) => Math.abs(got - Number(digits[i])) <= bound(digits[i]))
      );
    };
    if (!right()) throw new Error(`the comment says ${comment}, the value is ${JSON.stringify(value)}`);
  },
};
