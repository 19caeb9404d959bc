import type { AxisKernel } from "../../kernels";
import { columnExpSum, columnMax, eachColumn, finishes, perTemperature } from "../columns";
import { rowShift } from "../row";
import { anyAt, type Memory, maxAt, sumAt } from "../state";

/** assembly/rows/logSoftmax.ts in JavaScript: y = (x - m) / T - log s. */
export function logSoftmaxKernel(memory: Memory): AxisKernel {
  const { f32, f64, u8 } = memory;
  return (y, x, mask, shared, outer, axis, inner, pitch, temperature, state, phases) => {
    eachColumn(
      (column) => {
        columnMax(memory, state, phases, column);
        columnExpSum(memory, state, phases, column, temperature, false);
        if (!finishes(phases)) return;
        const m = f64[maxAt(state, column.i)];
        const any = u8[anyAt(state, column.i)];
        const logS = Math.log(f64[sumAt(state, column.i)]) + (m - m);
        const perT = perTemperature(temperature);
        if (pitch === 1 && mask === 0) {
          rowShift(f32, column.y, column.x, axis, m, perT, logS);
          return;
        }
        for (let a = 0, at = column.x, to = column.y; a < axis; a++, at += pitch, to += pitch) {
          const taken = mask === 0 || u8[column.mask + a * column.maskPitch] !== 0;
          f32[to] = any ? ((taken ? f32[at] : -Infinity) - m) * perT - logS : -Infinity;
        }
      },
      y,
      x,
      mask,
      shared,
      outer,
      axis,
      inner,
      pitch,
      axis * pitch,
    );
  };
}
