/** y, from the support's smallest logit r, its share q and 1 / S: of rows, and of strips of columns, in float32 or in float64. */
import { exponentFloor, loadB, loadC0, loadC1, loadC2, loadC3, loadC4, loadC5 } from "../../exp";
import { storeUpTo4 } from "../../lanes";
import { COLUMN_ANY, COLUMN_M, COLUMN_PART, COLUMN_S } from "../../phases";
import { held, loadL0, loadL1, loadL2, loadRoot, powerAt } from "../power";
import { Search, searchAt } from "../search";
import { excessOf, exponentOf, lifted, liftedShare, powerOf2, shareOf } from "./excess";

export function rowShares(search: Search, y: usize, x: usize, n: usize): u32 {
  const s = search.s, rate = search.rate;
  const q = <f64>search.q, per = search.perS;
  const r = held(6, <f32>search.root), level = held(7, <f32>q * per), perS = held(8, per);
  const zero = f32x4.splat(0);
  const c = <f32>(1 / s), cv = held(0, c), fv = held(1, exponentFloor(c));
  const e = exponentOf(rate), ev = held(2, reinterpret<f32>(e - 64)), sigma = rate / powerOf2(e);
  const normal = held(3, <f32>(sigma * powerOf2(64))), denormal = held(4, <f32>(sigma * powerOf2(-85)));
  const qs = held(5, liftedShare(q, s, e)), root = loadRoot();
  const L0 = loadL0(), L1 = loadL1(), L2 = loadL2();
  const B = loadB(), C0 = loadC0(), C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), C5 = loadC5();
  let size = 0;
  for (; n; n -= min(n, 4), x += 16, y += 16) {
    const v = v128.load(x), on = f32x4.gt(v, r);
    let p = v128.and(level, f32x4.eq(v, r));
    if (v128.any_true(on)) {
      const w = f32x4.add(lifted(v128.and(f32x4.sub(v, r), on), normal, denormal), qs);
      const share = powerAt(w, ev, cv, fv, root, L0, L1, L2, B, C0, C1, C2, C3, C4, C5);
      p = v128.or(p, v128.and(f32x4.mul(share, perS), on));
    }
    storeUpTo4(y, p, n);
    size += popcnt(i32x4.bitmask(f32x4.gt(p, zero)) & (n < 4 ? (1 << <i32>n) - 1 : 15));
  }
  return size;
}

/** As rowShares, in float64: the share of one logit. */
// @ts-ignore: decorator
@inline
function wideShare(x: f64, r: f64, q: f64, excess: f64, per: f64, s: f64, logRate: f64): f32 {
  if (x < r) return 0;
  return <f32>((x > r ? shareOf(x - r + excess, s, logRate) : q) * per);
}

export function rowSharesWide(search: Search, y: usize, x: usize, n: usize): u32 {
  const s = search.s, logRate = search.logRate, r = search.root;
  const q = <f64>search.q, per = <f64>search.perS, excess = excessOf(q, s, logRate);
  let size = 0;
  for (; n; n--, x += 4, y += 4) {
    const p = wideShare(<f64>load<f32>(x), r, q, excess, per, s, logRate);
    store<f32>(y, p);
    size += p > 0 ? 1 : 0;
  }
  return size;
}

/** COLUMN_PART is the column's root, COLUMN_S its q and 1 / S. */
export function columnsSharesWide(state: usize, y: usize, x: usize, axis: usize, width: usize, pitch: usize): void {
  const search = searchAt(state), s = search.s, logRate = search.logRate;
  for (let i: usize = 0; i < width; i++) {
    const at = state + (i << 2), qAt = state + (i << 3), m = load<f32>(at, COLUMN_M), r = <f64>load<f32>(at, COLUMN_PART);
    const q = <f64>load<f32>(qAt, COLUMN_S), per = <f64>load<f32>(qAt, COLUMN_S + 4), excess = excessOf(q, s, logRate);
    let size = 0;
    for (let a: usize = 0, from = x + (i << 2), to = y + (i << 2); a < axis; a++, from += pitch << 2, to += pitch << 2) {
      const p: f32 = m - m != 0 ? f32.NaN : wideShare(<f64>load<f32>(from), r, q, excess, per, s, logRate);
      store<f32>(to, p);
      size += p != 0 ? 1 : 0;
    }
    store<u32>(at, size, COLUMN_ANY);
  }
}

/** As columnsSharesWide, in float32. COLUMN_ANY first holds 2^64·q^s / k of each column. */
export function columnsShares(state: usize, y: usize, x: usize, axis: usize, width: usize, pitch: usize): void {
  const search = searchAt(state), s = search.s, rate = search.rate;
  const c = <f32>(1 / s), cv = held(0, c), fv = held(1, exponentFloor(c));
  const e = exponentOf(rate), ev = held(2, reinterpret<f32>(e - 64)), sigma = rate / powerOf2(e);
  const normal = held(3, <f32>(sigma * powerOf2(64))), denormal = held(4, <f32>(sigma * powerOf2(-85)));
  const root = loadRoot(), L0 = loadL0(), L1 = loadL1(), L2 = loadL2();
  const B = loadB(), C0 = loadC0(), C1 = loadC1(), C2 = loadC2(), C3 = loadC3(), C4 = loadC4(), C5 = loadC5();
  for (let i: usize = 0; i < width; i++) {
    const q = <f64>load<f32>(state + (i << 3), COLUMN_S);
    store<f32>(state + (i << 2), liftedShare(q, s, e), COLUMN_ANY);
  }
  for (let i: usize = 0; i < width; i += 4) {
    const at = state + (i << 2), qAt = state + (i << 3);
    const r = v128.load(at, COLUMN_PART), m = v128.load(at, COLUMN_M), nan = f32x4.sub(m, m), qs = v128.load(at, COLUMN_ANY);
    const q0 = v128.load(qAt, COLUMN_S), q1 = v128.load(qAt, COLUMN_S + 16), perS = v128.shuffle<f32>(q0, q1, 1, 3, 5, 7);
    const level = f32x4.mul(v128.shuffle<f32>(q0, q1, 0, 2, 4, 6), perS);
    let count = i32x4.splat(0), from = x + (i << 2), to = y + (i << 2);
    for (let a = axis; a; a--, from += pitch << 2, to += pitch << 2) {
      const v = v128.load(from), on = f32x4.gt(v, r);
      let p = v128.and(level, f32x4.eq(v, r));
      if (v128.any_true(on)) {
        const w = f32x4.add(lifted(v128.and(f32x4.sub(v, r), on), normal, denormal), qs);
        const share = powerAt(w, ev, cv, fv, root, L0, L1, L2, B, C0, C1, C2, C3, C4, C5);
        p = v128.or(p, v128.and(f32x4.mul(share, perS), on));
      }
      p = f32x4.add(p, nan);
      storeUpTo4(to, p, width - i);
      count = i32x4.sub(count, f32x4.ne(p, f32x4.splat(0)));
    }
    v128.store(at, count, COLUMN_ANY);
  }
}
