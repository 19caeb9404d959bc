/** Native C in 128-bit intrinsics, one thread: bench/native. It reads its own clock. */
import { compileNative, nativeSoftmax, runNative } from "../../native.mjs";
import { Unsupported } from "../unsupported.mjs";

const WHOLE = 64; // floats, of which softmax.c takes multiples

export function start({ fma }) {
  const binaryOf = (source) => {
    try {
      return compileNative(fma ? "wasm-relaxed" : "wasm", source);
    } catch (error) {
      throw new Unsupported(error.message);
    }
  };
  return {
    prepare(work, { x }) {
      const { op, rows, cols, heads, queries, keys, dim, causal } = work;
      if (op === "attention" && !causal) {
        const binary = binaryOf("attention");
        return { clock: () => runNative(binary, [heads, heads, queries, keys, dim]).ns };
      }
      if (op !== "softmax" || rows > 1 || cols % WHOLE > 0)
        throw new Unsupported("only single rows of whole 64s, and attention that is not causal, are written in C here");
      const binary = binaryOf("softmax");
      return { clock: () => nativeSoftmax(binary, x).ns, read: () => nativeSoftmax(binary, x).y };
    },
  };
}
