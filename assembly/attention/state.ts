/**
 * The steps before the first chunk of keys and after the last, for a block of queries: q, o and query are in query.ts.
 *
 *   start    q = source · scale, o = 0, m = sink, l = 1; without a sink m = -Infinity, l = 0; a q that float32 cannot hold
 *            has an exponent (overflow.ts)
 *   finish   out = o / l, lse = m + log l; no key and no sink: 0 and -Infinity
 *   weights  w = exp(w - m) / l, in place over the scores that the keys left there
 *
 * pitches of source, out, lse and w are floats from head to head and from query to query
 */
import { exp, exponentFloor, exponentScale, loadB, loadC1, loadC2, loadC3, loadC4, loadC5 } from "../exp";
import { fma, loadTail, storeUpTo4 } from "../lanes";
import { log } from "../log";
import { safe, scaleIsPlain, startWide } from "./overflow";
import { oBytes, padded, qBytes, QUERY_BYTES, queryAt, ROWS_MULTIPLE } from "./query";

/**
 * q = source · scale
 *
 * @param limit  the square of `safe`
 * @returns      whether scores may overflow: a sum of squares is at the limit. With a NaN in it a row may pass: its scores are NaN
 */
function startRow(q: usize, source: usize, headDim: usize, scale: f32, limit: f32): bool {
  const by = f32x4.splat(scale);
  let squares = f32x4.splat(0), more = squares;
  for (; headDim >= 8; headDim -= 8, source += 32, q += 32) {
    const x = f32x4.mul(v128.load(source), by), y = f32x4.mul(v128.load(source, 16), by);
    v128.store(q, x);
    v128.store(q, y, 16);
    squares = fma(x, x, squares);
    more = fma(y, y, more);
  }
  for (; headDim; headDim -= min(headDim, 4), source += 16, q += 16) {
    const x = f32x4.mul(headDim < 4 ? loadTail(source, headDim, f32x4.splat(0)) : v128.load(source), by);
    v128.store(q, x);
    squares = fma(x, x, squares);
  }
  return v128.any_true(f32x4.ge(f32x4.add(squares, more), f32x4.splat(limit)));
}

function anyInfinite(x: usize, n: usize): bool {
  for (const end = x + (n << 2); x < end; x += 4) if (abs<f32>(load<f32>(x)) == Infinity) return true;
  return false;
}

export function attentionStart(
  q: usize, o: usize, query: usize, source: usize, sinks: usize,
  heads: usize, queries: usize, headDim: usize, valueDim: usize, headPitch: usize, rowPitch: usize, scale: f64,
): void {
  const plain = scaleIsPlain(scale), limit = safe(headDim) * safe(headDim);
  const pitch = qBytes(headDim);
  const rows = heads * queries;
  memory.fill(o, 0, padded(rows, ROWS_MULTIPLE) * oBytes(valueDim));
  for (let g: usize = 0; g < heads; g++) {
    const sink: f32 = sinks ? load<f32>(sinks + (g << 2)) : -Infinity;
    for (let i: usize = 0; i < queries; i++, q += pitch, query += QUERY_BYTES) {
      const x = source + ((g * headPitch + i * rowPitch) << 2);
      const large = startRow(q, x, headDim, plain ? <f32>scale : 0, limit);
      const wide = !plain || (large && anyInfinite(q, headDim));
      const kept = queryAt(query, 0);
      kept.exponent = wide ? <i16>startWide(q, x, headDim, scale) : 0;
      kept.large = wide || large ? 1 : 0;
      kept.maximum = sink;
      kept.sum = sink == -Infinity ? 0 : <f64>(1 + (sink - sink));
    }
  }
  memory.fill(q, 0, (padded(rows, ROWS_MULTIPLE) - rows) * pitch);
}

export function attentionFinish(
  out: usize, lse: usize, o: usize, query: usize,
  heads: usize, queries: usize, valueDim: usize, headPitch: usize, rowPitch: usize, lsePitch: usize,
): void {
  const pitch = oBytes(valueDim);
  for (let g: usize = 0; g < heads; g++) {
    for (let i: usize = 0; i < queries; i++, o += pitch, query += QUERY_BYTES) {
      const kept = queryAt(query, 0);
      const m = kept.maximum, l = kept.sum;
      const r = f32x4.splat(l == 0 ? 0 : <f32>(1 / l));
      const y = out + ((g * headPitch + i * rowPitch) << 2);
      for (let d: usize = 0; d < valueDim; d += 4) {
        storeUpTo4(y + (d << 2), f32x4.mul(v128.load(o + (d << 2)), r), valueDim - d);
      }
      if (lse) store<f32>(lse + ((g * lsePitch + i) << 2), m - m == 0 ? <f32>(<f64>m + log(l)) : m + <f32>(l * 0));
    }
  }
}

export function attentionWeights(
  w: usize, query: usize, heads: usize, queries: usize, keys: usize, headPitch: usize, rowPitch: usize,
): void {
  const c = exponentScale(1);
  const cv = f32x4.splat(c), fv = f32x4.splat(exponentFloor(c));
  const B = loadB(), C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), C5 = loadC5();
  for (let g: usize = 0; g < heads; g++) {
    for (let i: usize = 0; i < queries; i++, query += QUERY_BYTES) {
      const kept = queryAt(query, 0);
      const m = kept.maximum, l = kept.sum;
      const mv = f32x4.splat(m == -Infinity ? 0 : m);
      const r = f32x4.splat(l == 0 ? 0 : <f32>(1 / l));
      const row = w + ((g * headPitch + i * rowPitch) << 2);
      for (let j: usize = 0; j < keys; j += 4) {
        const e = exp(f32x4.sub(v128.load(row + (j << 2)), mv), cv, fv, B, C1, C2, C3, C4, C5);
        storeUpTo4(row + (j << 2), f32x4.mul(e, r), keys - j);
      }
    }
  }
}
