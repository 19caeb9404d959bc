/**
 * y = log s - ln 2·w / s, in nats        m = max x, s = Σ e, w = Σ e·d, along the axis
 *
 *   d = (x - m)·log2(e) / T        <= 0
 *   e = 2^d = exp((x - m) / T)
 *
 * The same as log s + Σ p·(m - x) / T with p = e / s. The distances are those that the weights come from, so what rounds them moves
 * both together, as if the logits were others by as little.
 *
 * y       f32[outer, inner], rows `pitch` floats apart
 * x, mask, T    as in softmax.ts
 * -Inf    is ignored; nothing but -Inf is NaN; no position at all, or every one masked, is 0
 * +Inf    or a NaN that is not masked makes it NaN
 * T = 0   the limit, where the first maximum has all the weight: 0, or NaN where a NaN is not masked
 * y < 0   never: s >= 1, and no e·d is above 0
 * error   absolute 2^-24 · (8 + log(axis)² / 2); up to 1.25 times that where thousands of equal logits lie at a
 *         difference from the maximum that float32 has to round, and T makes c round the same way     test/functions/entropy.test.ts
 * source  Shannon 1948, doi:10.1002/j.1538-7305.1948.tb01338.x
 *
 * A walk of its own, not that of axis.ts, which has one sum.
 */
import { columnsInit, columnsMax, columnsMaxNumber } from "../columns";
import { exponentFloor, exponentScale, prescale, prescaled } from "../exp";
import { log } from "../log";
import { COLUMN_ANY, COLUMN_M, COLUMN_S, COLUMN_W, FINISH, INIT, MAX, NAN, Row, STRIP, SUM } from "../phases";
import { rowMax } from "../row";
import { STAGE, stage } from "../stage";
import { addToColumns, addToRow } from "./entropySums";

const LN2: f64 = 0.6931471805599453;

function entropyOf(m: f32, s: f64, w: f64, any: bool, t: f64): f32 {
  if (!any) return 0;
  if (t == 0) return m == m ? 0 : NaN;
  return <f32>(log(s) - LN2 * w / s) + (m - m); // m - m: the NaN of a maximum that is not finite
}

/** y of a row, in the phases of its tile. */
function rowEntropy(
  phases: i32, state: usize, y: usize, x: usize, mask: usize, n: usize, h: f32, c: f32, floor: f32, t: f64,
): void {
  const row = changetype<Row>(state);
  const m = rowMax(phases, state, x, mask, n, h);
  if (phases & INIT) {
    if (mask == 0) row.any = n ? 1 : 0;
    row.s = f64x2.splat(0);
    row.w = f64x2.splat(0);
  }
  if (phases & SUM) {
    const top: f32 = m == -Infinity ? 0 : m; // -Infinity everywhere: each weighs 0, not exp(NaN)
    if (mask == 0 && h == 1) {
      addToRow(row, x, n, top, c, floor);
    } else {
      for (let i: usize = 0; i < n; i += STRIP) {
        const part = min(n - i, STRIP);
        stage(x + (i << 2), mask ? mask + i : 0, part, h, -Infinity);
        addToRow(row, STAGE, part, top, c, floor);
      }
    }
  }
  if (phases & FINISH) {
    const s = f64x2.extract_lane(row.s, 0) + f64x2.extract_lane(row.s, 1);
    const w = f64x2.extract_lane(row.w, 0) + f64x2.extract_lane(row.w, 1);
    store<f32>(y, entropyOf(m, s, w, row.any != 0, t));
  }
}

/** Everything before FINISH, for a strip of columns. */
function columnsSums(
  phases: i32, state: usize, x: usize, mask: usize, shared: bool, axis: usize, width: usize, pitch: usize,
  h: f32, c: f32, floor: f32,
): void {
  if (phases & INIT) {
    columnsInit(state, mask == 0 && axis > 0, width);
    for (let i: usize = 0; i < width << 3; i += 16) v128.store(state + i, f64x2.splat(0), COLUMN_W);
  }
  if (phases & MAX) {
    if (phases & NAN) columnsMax(state, x, mask, shared, axis, width, pitch, h);
    else columnsMaxNumber(state, x, mask, shared, axis, width, pitch, h);
  }
  if (phases & SUM) addToColumns(state, x, mask, shared, axis, width, pitch, h, c, floor);
}

/** y of a strip of columns, from its state. */
function columnsFinish(state: usize, y: usize, width: usize, t: f64): void {
  for (let i: usize = 0; i < width; i++) {
    const at = state + (i << 2), sums = state + (i << 3);
    const s = load<f64>(sums, COLUMN_S), w = load<f64>(sums, COLUMN_W);
    store<f32>(y + (i << 2), entropyOf(load<f32>(at, COLUMN_M), s, w, load<u32>(at, COLUMN_ANY) != 0, t));
  }
}

export function entropy(
  y: usize, x: usize, mask: usize, shared: bool, outer: usize, axis: usize, inner: usize, pitch: usize,
  temperature: f64, state: usize, phases: i32,
): void {
  const h = prescale(temperature);
  const c = exponentScale(prescaled(temperature));
  const floor = exponentFloor(c);
  if (temperature == 0) phases |= NAN; // only m is looked at then
  for (let o: usize = 0; o < outer; o++) {
    if (inner == 1) {
      rowEntropy(phases, state, y, x, mask, axis, h, c, floor, temperature);
    } else {
      for (let i: usize = 0; i < inner; i += STRIP) {
        const width = min(inner - i, STRIP);
        columnsSums(
          phases, state, x + (i << 2), mask && !shared ? mask + i : mask, shared, axis, width, pitch, h, c, floor);
        if (phases & FINISH) columnsFinish(state, y + (i << 2), width, temperature);
      }
    }
    x += (axis * pitch) << 2;
    y += pitch << 2;
    if (mask && !shared) mask += axis * pitch;
  }
}
