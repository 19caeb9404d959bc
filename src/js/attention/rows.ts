/**
 * assembly/attention/rows.ts in JavaScript, row by row against 64 keys at a time: dots with four keys at a time, scores, weights,
 * sums of values. Keys and values of 16 bits are widened first. It serves many queries too: packing is a copy, and attentionTiles is attentionRows.
 */

import { BFLOAT16, ROW_KEYS } from "../../../assembly/layout";
import type { AttentionKernels } from "../../kernels/attention";
import { exp } from "../exp";
import { halfKernels } from "../half";
import type { Memory } from "../state";
import { capped, scoreAgain } from "./overflow";
import { type Pass, passAt } from "./pass";
import { exponentAt, maximumAt, oPitch, qPitch, sumAt } from "./query";

/** s[j] = q · k[j], four keys at a time that lie far apart: CPUs fetch such streams ahead, but not four within a page. */
function dots(f32: Float32Array, s: number, q: number, k: number, pitch: number, n: number, dim: number): void {
  const part = n >> 2;
  const apart = part * pitch;
  for (let j = s; j < s + part; j++, k += pitch) {
    let a0 = 0;
    let a1 = 0;
    let a2 = 0;
    let a3 = 0;
    for (let d = 0, k1 = k + apart, k2 = k1 + apart, k3 = k2 + apart; d < dim; d++) {
      const x = f32[q + d];
      a0 += x * f32[k + d];
      a1 += x * f32[k1 + d];
      a2 += x * f32[k2 + d];
      a3 += x * f32[k3 + d];
    }
    f32[j] = a0;
    f32[j + part] = a1;
    f32[j + 2 * part] = a2;
    f32[j + 3 * part] = a3;
  }
  k += 3 * apart;
  for (let j = 4 * part; j < n; j++, k += pitch) {
    let a = 0;
    for (let d = 0; d < dim; d++) a += f32[q + d] * f32[k + d];
    f32[s + j] = a;
  }
}

/** o += Σ p·v, masked keys (p < 0) left out: their values are not read */
function sums(
  f32: Float32Array,
  f64: Float64Array,
  o: number,
  p: number,
  v: number,
  pitch: number,
  n: number,
  dim: number,
): void {
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    const p0 = f32[p + j];
    const p1 = f32[p + j + 1];
    const p2 = f32[p + j + 2];
    const p3 = f32[p + j + 3];
    if (p0 < 0 || p1 < 0 || p2 < 0 || p3 < 0) break;
    const v0 = v + j * pitch;
    for (let d = 0, v1 = v0 + pitch, v2 = v1 + pitch, v3 = v2 + pitch; d < dim; d++) {
      f64[o + d] += p0 * f32[v0 + d] + p1 * f32[v1 + d] + (p2 * f32[v2 + d] + p3 * f32[v3 + d]);
    }
  }
  for (; j < n; j++) {
    const weight = f32[p + j];
    if (weight < 0) continue;
    const at = v + j * pitch;
    for (let d = 0; d < dim; d++) f64[o + d] += weight * f32[at + d];
  }
}

/** Where sight begins or ends among `keys`. */
const within = (j: number, keys: number): number => Math.min(Math.max(j, 0), keys);

// Made for a memory, and not given it with every call: engines then know its arrays, and run these loops a fifth faster.

/** p = exp(s - m), -1 where masked; m, l and o as the online softmax has them (assembly/attention/weigh.ts) */
function weighOn({ f32, f64 }: Memory) {
  return (s: number, n: number, query: number, r: number, o: number, columns: number): void => {
    const before = f32[maximumAt(query, r)];
    let m = before;
    for (let j = s; j < s + n; j++) if (f32[j] > m) m = f32[j];
    const by = m > before ? exp(before - m) : 1;
    const from = m === -Infinity ? 0 : m;
    let l = 0;
    for (let j = s; j < s + n; j++) {
      if (f32[j] === -Infinity) {
        f32[j] = -1;
      } else {
        f32[j] = exp(f32[j] - from);
        l += f32[j];
      }
    }
    f32[maximumAt(query, r)] = m;
    f64[sumAt(query, r)] = f64[sumAt(query, r)] * by + l;
    if (by !== 1) for (let d = o; d < o + columns; d++) f64[d] *= by;
  };
}

/** Keys that all rows meet before the next ones, with their values: indices among the floats, and floats from key to key. */
interface Group {
  readonly k: number;
  readonly kPitch: number;
  readonly v: number;
  readonly vPitch: number;
}

/** Keys j0 … j0 + n of a chunk, and their values. Those of 16 bits are widened. */
function groupOn(memory: Memory) {
  const { unpack16 } = halfKernels(memory);
  const widen = (y: number, x: number, pitch: number, n: number, dim: number, format: number): void => {
    for (let j = 0; j < n; j++) unpack16(y + 4 * j * dim, x + 2 * j * pitch, dim, format === BFLOAT16 ? 1 : 0);
  };
  return (pass: Pass, j0: number, n: number): Group => {
    const { headDim, valueDim, kFormat, vFormat, kPitch, vPitch, wide } = pass;
    const wideV = wide + 4 * ROW_KEYS * headDim;
    if (kFormat !== 0) widen(wide, pass.k + 2 * j0 * kPitch, kPitch, n, headDim, kFormat);
    if (vFormat !== 0) widen(wideV, pass.v + 2 * j0 * vPitch, vPitch, n, valueDim, vFormat);
    return {
      k: kFormat === 0 ? (pass.k >>> 2) + j0 * kPitch : wide >>> 2,
      kPitch: kFormat === 0 ? kPitch : headDim,
      v: vFormat === 0 ? (pass.v >>> 2) + j0 * vPitch : wideV >>> 2,
      vPitch: vFormat === 0 ? vPitch : valueDim,
    };
  };
}

/** The scores of row r and keys j0 … j0 + n, from their products, in place: query i of head g. @param k  key j0 */
function scoreOn({ f32, u8 }: Memory) {
  return (
    pass: Pass,
    r: number,
    g: number,
    i: number,
    s: number,
    j0: number,
    n: number,
    k: number,
    kPitch: number,
  ): void => {
    const { softcap, headDim, bias, mask } = pass;
    const q = (pass.q >>> 2) + r * qPitch(headDim);
    const exponent = f32[exponentAt(pass.query, r)];
    const biasAt = (bias >>> 2) + g * pass.biasHead + i * pass.biasRow + j0;
    const maskAt = mask + g * pass.maskHead + i * pass.maskRow + j0;
    const slope = pass.alibi === 0 ? 0 : f32[(pass.alibi >>> 2) + g];
    const p = pass.position + i;
    for (let j = 0; j < n; j++) {
      const added = bias === 0 ? 0 : f32[biasAt + j];
      if (added === -Infinity || (mask !== 0 && u8[maskAt + j] === 0)) {
        f32[s + j] = -Infinity;
        continue;
      }
      let score = f32[s + j];
      if (score - score !== 0 || exponent !== 0) score = scoreAgain(f32, q, k + j * kPitch, headDim, exponent);
      if (softcap > 0) score = softcap * Math.tanh(score / softcap);
      score += added;
      if (slope !== 0) score -= slope * Math.abs(j0 + j - p);
      f32[s + j] = capped(score);
    }
  };
}

export function attentionRows(memory: Memory): AttentionKernels["attentionRows"] {
  const { f32, f64 } = memory;
  const groupOf = groupOn(memory);
  const weigh = weighOn(memory);
  const score = scoreOn(memory);

  /** Row r against those of the keys j0 … end that it sees: query i of head g. */
  const attend = (pass: Pass, group: Group, r: number, g: number, i: number, j0: number, end: number): void => {
    const { query, w, keys, headDim, valueDim } = pass;
    const from = Math.max(j0, within(pass.from + i, keys));
    const n = Math.min(end, within(pass.to + i, keys)) - from;
    if (n <= 0) return;
    const s = pass.scratch >>> 2;
    const k = group.k + (from - j0) * group.kPitch;
    const o = (pass.o >>> 3) + r * oPitch(valueDim);
    dots(f32, s, (pass.q >>> 2) + r * qPitch(headDim), k, group.kPitch, n, headDim);
    score(pass, r, g, i, s, from, n, k, group.kPitch);
    if (w !== 0) f32.copyWithin((w >>> 2) + g * pass.wHead + i * pass.wRow + from, s, s + n);
    weigh(s, n, query, r, o, valueDim);
    sums(f32, f64, o, s, group.v + (from - j0) * group.vPitch, group.vPitch, n, valueDim);
  };

  return (at) => {
    const pass = passAt(memory, at);
    const { heads, queries, keys, w } = pass;
    for (let r = 0; w !== 0 && r < heads * queries; r++) {
      const scores = (w >>> 2) + Math.floor(r / queries) * pass.wHead + (r % queries) * pass.wRow;
      f32.fill(-Infinity, scores, scores + keys);
    }
    const last = within(pass.to + queries - 1, keys);
    for (let j0 = within(pass.from, keys); j0 < last; j0 += ROW_KEYS) {
      const end = Math.min(j0 + ROW_KEYS, last);
      const group = groupOf(pass, j0, end - j0);
      for (let g = 0, r = 0; g < heads; g++) {
        for (let i = 0; i < queries; i++, r++) attend(pass, group, r, g, i, j0, end);
      }
    }
  };
}

/** Copies keys and values side by side. */
export function attentionPack({ f32 }: Memory): AttentionKernels["attentionPack"] {
  return (packedK, packedV, _odd, k, v, from, count, _packed, headDim, valueDim, kPitch, vPitch) => {
    for (let j = 0; j < count; j++) {
      const kAt = (k >>> 2) + j * kPitch;
      const vAt = (v >>> 2) + j * vPitch;
      f32.copyWithin((packedK >>> 2) + (from + j) * headDim, kAt, kAt + headDim);
      f32.copyWithin((packedV >>> 2) + (from + j) * valueDim, vAt, vAt + valueDim);
    }
  };
}
