import type { AxisKernel, Kernels } from "../../kernels";
import { alongAxis, columnExpSum, columnMax, finishes, perTemperature } from "../columns";
import { rowExpSum, rowMax, rowScale } from "../row";
import { anyAt, type Memory, maxAt, sumAt } from "../state";

/** assembly/rows/softmax.ts in JavaScript: y = exp((x - m) / T) / s. */
export function softmaxKernel(memory: Memory): AxisKernel {
  const { f32, f64, u8 } = memory;
  return alongAxis((column, temperature, state, phases) => {
    columnMax(memory, state, phases, column);
    columnExpSum(memory, state, phases, column, temperature, true);
    if (!finishes(phases)) return;
    const { y, axis, pitch, i } = column;
    const m = f64[maxAt(state, i)];
    // m - m is the NaN of a row whose maximum is not finite
    const r = u8[anyAt(state, i)] ? 1 / f64[sumAt(state, i)] + (m - m) : 0;
    if (pitch === 1) rowScale(f32, y, axis, r);
    else for (let a = 0, to = y; a < axis; a++, to += pitch) f32[to] *= r;
  });
}

/** One row. */
export function softmaxRow(memory: Memory): Kernels["softmaxRow"] {
  const { f32 } = memory;
  return (y, x, n, temperature) => {
    const m = rowMax(f32, x >>> 2, n, -Infinity);
    const s = rowExpSum(f32, y >>> 2, x >>> 2, n, m === -Infinity ? 0 : m, perTemperature(temperature), 0);
    rowScale(f32, y >>> 2, n, 1 / s + (m - m));
  };
}
