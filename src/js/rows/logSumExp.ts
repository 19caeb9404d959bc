import type { AxisKernel } from "../../kernels";
import { columnExpSum, columnMax, eachColumn, finishes } from "../columns";
import { type Memory, maxAt, sumAt } from "../state";

/** m / T + log s, or m where it is not finite. At T = 0 the limit, s being how often m occurs. */
export function logTotal(m: number, s: number, temperature: number): number {
  if (m - m !== 0) return m;
  return (m === 0 ? 0 : m / temperature) + Math.log(s);
}

/** assembly/rows/logSumExp.ts in JavaScript: y = m / T + log s, or m where it is not finite. */
export function logSumExpKernel(memory: Memory): AxisKernel {
  const { f32, f64 } = memory;
  return (y, x, mask, shared, outer, axis, inner, pitch, temperature, state, phases) => {
    eachColumn(
      (column) => {
        columnMax(memory, state, phases, column);
        columnExpSum(memory, state, phases, column, temperature, false);
        if (!finishes(phases)) return;
        const m = f64[maxAt(state, column.i)];
        f32[column.y] = logTotal(m, f64[sumAt(state, column.i)], temperature);
      },
      y,
      x,
      mask,
      shared,
      outer,
      axis,
      inner,
      pitch,
      pitch,
    );
  };
}
