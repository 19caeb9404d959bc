/**
 * Logits of 16 bits: the package's calls on them, beside the same calls on float32 logits, and beside what people write, a table of all
 * 65536 patterns that widens the row first. Results are those of the widened row, bit for bit, or the bench fails.
 */
import { do_not_optimize } from "mitata";
import { cpuStopwatch } from "./rounds.mjs";

const DTYPES = ["float16", "bfloat16"];
const random = () => 0.618;
const both = { temperature: 0.8, topK: 50, topP: 0.95 };

const CALLS = {
  logSumExp: (runtime, x, dtype) => runtime.logSumExp(x, { dtype })[0],
  "sample, topK 50, topP 0.95": (runtime, x, dtype) => runtime.sample(x, { ...both, random, dtype }),
};

/** @param logits  float32 logits, which are rounded to each format first */
export function halvesOf(runtime, logits, effort) {
  return DTYPES.flatMap((dtype) => {
    const bits = runtime.pack16(logits, { dtype });
    const wide = runtime.unpack16(bits, { dtype });
    const table = runtime.unpack16(
      Uint16Array.from({ length: 65536 }, (_, i) => i),
      { dtype },
    );
    const widened = new Float32Array(bits.length);
    return Object.entries(CALLS).map(([name, call]) => {
      const [got, want] = [call(runtime, bits, dtype), call(runtime, wide)].map((result) => JSON.stringify(result));
      if (got !== want) throw new Error(`${name} of ${dtype}: ${got} instead of ${want}`);
      const timed = (once) => cpuStopwatch(() => do_not_optimize(once()), effort);
      const clocks = {
        own: timed(() => call(runtime, bits, dtype)),
        wide: timed(() => call(runtime, wide)),
        table: timed(() => {
          for (let i = 0; i < bits.length; i++) widened[i] = table[bits[i]];
          return call(runtime, widened);
        }),
      };
      return { row: dtype, name, clocks };
    });
  });
}
