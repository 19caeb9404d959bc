import type { AxisKernel, Kernels } from "../../kernels";
import { alongAxis, columnExpSum, columnMax, finishes, perTemperature } from "../columns";
import { rowExpSum, rowMax } from "../row";
import { type Memory, maxAt, sumAt } from "../state";

/** m / T + log s, or m where it is not finite. At T = 0 the limit, s being how often m occurs. */
export function logTotal(m: number, s: number, temperature: number): number {
  if (m - m !== 0) return m;
  return (m === 0 ? 0 : m / temperature) + Math.log(s);
}

/** assembly/rows/logSumExp.ts in JavaScript: y = m / T + log s, or m where it is not finite. */
export function logSumExpKernel(memory: Memory): AxisKernel {
  const { f32, f64 } = memory;
  return alongAxis((column, temperature, state, phases) => {
    columnMax(memory, state, phases, column);
    columnExpSum(memory, state, phases, column, temperature, false);
    if (!finishes(phases)) return;
    const { y, i } = column;
    f32[y] = logTotal(f64[maxAt(state, i)], f64[sumAt(state, i)], temperature);
  }, true);
}

/** One row. */
export function logSumExpRow({ f32 }: Memory): Kernels["logSumExpRow"] {
  return (x, n, temperature) => {
    const m = rowMax(f32, x >>> 2, n, -Infinity);
    const s = rowExpSum(f32, -1, x >>> 2, n, m === -Infinity ? 0 : m, perTemperature(temperature), 0);
    return Math.fround(logTotal(m, s, temperature));
  };
}
