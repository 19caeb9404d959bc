import type { AxisKernel } from "../../kernels";
import { alongAxis, columnMax, finishes } from "../columns";
import { anyAt, type Memory, maxAt } from "../state";

/** assembly/sparse/scores.ts in JavaScript: y = (x - m) / T, -Infinity where masked, and x itself at T = 1. */
export function scores(memory: Memory): AxisKernel {
  const { f32, f64, u8 } = memory;
  return alongAxis((column, temperature, state, phases) => {
    columnMax(memory, state, phases, column);
    if (!finishes(phases)) return;
    const { y, x, mask, maskPitch, axis, pitch, i } = column;
    const m = f64[maxAt(state, i)];
    const any = u8[anyAt(state, i)] !== 0;
    const base = temperature === 1 ? 0 : m;
    for (let a = 0, at = x, to = y; a < axis; a++, at += pitch, to += pitch) {
      const taken = mask === 0 || u8[mask + a * maskPitch] !== 0;
      if (any && m - m !== 0) f32[to] = Number.NaN;
      else f32[to] = taken ? (f32[at] - base) / temperature : -Infinity;
    }
  });
}
