import type { AxisKernel } from "../kernels";
import { columnMax, eachColumn, finishes } from "./columns";
import { foundAt, type Memory, maxAt } from "./state";

/** assembly/hardmax.ts in JavaScript: `on` at the first maximum, `off` elsewhere. */
export function hardmax(memory: Memory): AxisKernel {
  const { f32, f64, u8 } = memory;
  return (y, x, mask, shared, outer, axis, inner, pitch, off, state, phases) => {
    const on = off === 0 ? 1 : 0;
    eachColumn(
      (column) => {
        columnMax(memory, state, phases, column);
        if (!finishes(phases)) return;
        const m = f64[maxAt(state, column.i)];
        let found = u8[foundAt(state, column.i)];
        for (let a = 0, at = column.x, to = column.y; a < axis; a++, at += pitch, to += pitch) {
          const taken = mask === 0 || u8[column.mask + a * column.maskPitch] !== 0;
          const hit = taken && found === 0 && f32[at] === m;
          f32[to] = m !== m ? m : hit ? on : off;
          if (hit) found = 1;
        }
        u8[foundAt(state, column.i)] = found;
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
