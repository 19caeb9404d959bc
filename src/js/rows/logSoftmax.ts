import type { AxisKernel, Kernels } from "../../kernels";
import { alongAxis, columnExpSum, columnMax, finishes, perTemperature } from "../columns";
import { rowExpSum, rowMax, rowShift } from "../row";
import { anyAt, type Memory, maxAt, sumAt } from "../state";

/** assembly/rows/logSoftmax.ts in JavaScript: y = (x - m) / T - log s. */
export function logSoftmaxKernel(memory: Memory): AxisKernel {
  const { f32, f64, u8 } = memory;
  return alongAxis((column, temperature, state, phases) => {
    columnMax(memory, state, phases, column);
    columnExpSum(memory, state, phases, column, temperature, false);
    if (!finishes(phases)) return;
    const { y, x, mask, maskPitch, axis, pitch, i } = column;
    const m = f64[maxAt(state, i)];
    const any = u8[anyAt(state, i)];
    const logS = Math.log(f64[sumAt(state, i)]) + (m - m);
    const perT = perTemperature(temperature);
    if (pitch === 1 && mask === 0) {
      rowShift(f32, y, x, axis, m, perT, logS);
      return;
    }
    for (let a = 0, at = x, to = y; a < axis; a++, at += pitch, to += pitch) {
      const taken = mask === 0 || u8[mask + a * maskPitch] !== 0;
      f32[to] = any ? ((taken ? f32[at] : -Infinity) - m) * perT - logS : -Infinity;
    }
  });
}

/** One row. */
export function logSoftmaxRow({ f32 }: Memory): Kernels["logSoftmaxRow"] {
  return (y, x, n, temperature) => {
    const perT = perTemperature(temperature);
    const m = rowMax(f32, x >>> 2, n, -Infinity);
    const s = rowExpSum(f32, -1, x >>> 2, n, m === -Infinity ? 0 : m, perT, 0);
    rowShift(f32, y >>> 2, x >>> 2, n, m, perT, Math.log(s) + (m - m));
  };
}
