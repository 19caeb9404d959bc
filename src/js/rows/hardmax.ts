import type { AxisKernel } from "../../kernels";
import { columnMax, eachColumn, finishes } from "../columns";
import { rowFirst } from "../row";
import { foundAt, type Memory, maxAt } from "../state";

/** assembly/rows/hardmax.ts in JavaScript: `on` at the first maximum, `off` elsewhere. */
export function hardmaxKernel(memory: Memory): AxisKernel {
  const { f32, f64, u8 } = memory;
  return (y, x, mask, shared, outer, axis, inner, pitch, off, state, phases) => {
    const on = off === 0 ? 1 : 0;
    eachColumn(
      (column) => {
        columnMax(memory, state, phases, column);
        if (!finishes(phases)) return;
        const m = f64[maxAt(state, column.i)];
        const rest = m === m ? off : m;
        let first = -1;
        if (pitch === 1 && mask === 0) {
          if (!u8[foundAt(state, column.i)]) first = rowFirst(f32, column.x, axis, m);
          f32.fill(rest, column.y, column.y + axis);
        } else {
          for (let a = 0, at = column.x; a < axis && first < 0 && !u8[foundAt(state, column.i)]; a++, at += pitch) {
            const taken = mask === 0 || u8[column.mask + a * column.maskPitch] !== 0;
            if (taken && f32[at] === m) first = a;
          }
          for (let a = 0, to = column.y; a < axis; a++, to += pitch) f32[to] = rest;
        }
        if (first < 0) return;
        f32[column.y + first * pitch] = on;
        u8[foundAt(state, column.i)] = 1;
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
