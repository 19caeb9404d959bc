import { INIT, SUM } from "../../../assembly/layout";
import type { AxisKernel } from "../../kernels";
import { alongAxis, type Column, columnMax, finishes, perTemperature } from "../columns";
import { exp } from "../exp";
import { anyAt, type Memory, maxAt, sumAt, weightedAt } from "../state";

/** No distance is taken further: 0 times -Infinity would be NaN. */
const FURTHEST = -104;
/** What exp gives there, which counts as 0. */
const NOTHING = /* @__PURE__ */ exp(FURTHEST);

/** assembly/rows/entropy.ts in JavaScript: y = log s - w / s, with d = (x - m) / T, e = exp(d), w = Σ e·d. */
export function entropyKernel(memory: Memory): AxisKernel {
  const { f32, f64, u8 } = memory;
  return alongAxis((column, temperature, state, phases) => {
    columnMax(memory, state, phases, column);
    const { y, axis, mask, i } = column;
    if (phases & INIT) {
      f64[weightedAt(state, i)] = 0;
      if (mask === 0) u8[anyAt(state, i)] = axis > 0 ? 1 : 0;
    }
    if (phases & SUM) columnSums(memory, state, column, perTemperature(temperature));
    if (!finishes(phases)) return;
    const m = f64[maxAt(state, i)];
    const s = f64[sumAt(state, i)];
    // m - m is the NaN of a maximum that is not finite
    if (u8[anyAt(state, i)] === 0) f32[y] = 0;
    else if (temperature === 0) f32[y] = m === m ? 0 : m;
    else f32[y] = Math.log(s) - f64[weightedAt(state, i)] / s + (m - m);
  }, true);
}

/** d, but no less than FURTHEST. NaN stays. */
const near = (d: number): number => Math.max(FURTHEST, d);

/** s += Σ e, w += Σ e·d. Four to an iteration where all take part, as in row.ts. */
function columnSums({ f32, f64, u8 }: Memory, state: number, column: Column, perT: number): void {
  const { x, mask, maskPitch, axis, pitch, i } = column;
  const top = f64[maxAt(state, i)];
  const m = top === -Infinity ? 0 : top; // -Infinity weighs 0 where there is nothing else too
  const whole = mask === 0 ? axis - (axis & 3) : 0;
  let s = f64[sumAt(state, i)];
  let w = f64[weightedAt(state, i)];
  let at = x;
  for (const end = x + whole * pitch; at < end; at += 4 * pitch) {
    const a = near((f32[at] - m) * perT);
    const b = near((f32[at + pitch] - m) * perT);
    const c = near((f32[at + 2 * pitch] - m) * perT);
    const d = near((f32[at + 3 * pitch] - m) * perT);
    const ea = exp(a);
    const eb = exp(b);
    const ec = exp(c);
    const ed = exp(d);
    s += ea + eb + (ec + ed);
    w += (ea - NOTHING) * a + (eb - NOTHING) * b + ((ec - NOTHING) * c + (ed - NOTHING) * d);
  }
  for (let a = whole; a < axis; a++, at += pitch) {
    if (mask !== 0 && u8[mask + a * maskPitch] === 0) continue;
    const d = near((f32[at] - m) * perT);
    const e = exp(d);
    s += e;
    w += (e - NOTHING) * d;
  }
  f64[sumAt(state, i)] = s;
  f64[weightedAt(state, i)] = w;
}
