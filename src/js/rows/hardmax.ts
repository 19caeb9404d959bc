import type { AxisKernel } from "../../kernels";
import { alongAxis, columnMax, finishes } from "../columns";
import { rowFirst } from "../row";
import { foundAt, type Memory, maxAt } from "../state";

/** assembly/rows/hardmax.ts in JavaScript: `on` at the first maximum, `off` elsewhere. */
export function hardmaxKernel(memory: Memory): AxisKernel {
  const { f32, f64, u8 } = memory;
  return alongAxis((column, off, state, phases) => {
    columnMax(memory, state, phases, column);
    if (!finishes(phases)) return;
    const { y, x, mask, maskPitch, axis, pitch, i } = column;
    const m = f64[maxAt(state, i)];
    const found = u8[foundAt(state, i)] !== 0;
    const rest = m === m ? off : m;
    let first = -1;
    if (pitch === 1 && mask === 0) {
      if (!found) first = rowFirst(f32, x, axis, m);
      f32.fill(rest, y, y + axis);
    } else {
      for (let a = 0, at = x; a < axis && first < 0 && !found; a++, at += pitch) {
        const taken = mask === 0 || u8[mask + a * maskPitch] !== 0;
        if (taken && f32[at] === m) first = a;
      }
      for (let a = 0, to = y; a < axis; a++, to += pitch) f32[to] = rest;
    }
    if (first < 0) return;
    f32[y + first * pitch] = off === 0 ? 1 : 0;
    u8[foundAt(state, i)] = 1;
  });
}
