/**
 * Attention over keys A and keys B from attention over each:
 *
 *   m = max(lseA, lseB)    a = exp(lseA - m)    b = exp(lseB - m)
 *   o = (a·oA + b·oB) / (a + b)                 lse = m + log(a + b)
 *
 * oA, lseA     f32[rows, valueDim], f32[rows]; written in place
 * oB, lseB     as A
 * lse of -Infinity: no key was seen, and that side weighs nothing whatever its output holds
 * NaN          in either lse makes the row NaN, also beside -Infinity
 * error        2e-6 · max|v|, lse 2e-6 · max(1, |lse|)                            test/functions/mergeAttention.test.ts
 * source       Dao et al. 2022, arXiv:2205.14135; FlashInfer, arXiv:2501.01005 §2.2
 */
import { exp, exponentFloor, exponentScale, loadB, loadC1, loadC2, loadC3, loadC4, loadC5 } from "../exp";
import { fma, storeUpTo4 } from "../lanes";
import { log } from "../log";
import { rowFill } from "../row";

function exp1(d: f32): f64 {
  const c = exponentScale(1);
  const e = exp(
    f32x4.splat(d), f32x4.splat(c), f32x4.splat(exponentFloor(c)),
    loadB(), loadC1(), loadC2(), loadC3(), loadC4(), loadC5(),
  );
  return <f64>f32x4.extract_lane(e, 0);
}

export function mergeAttention(oA: usize, lseA: usize, oB: usize, lseB: usize, rows: usize, valueDim: usize): void {
  for (let r: usize = 0; r < rows; r++, lseA += 4, lseB += 4, oA += valueDim << 2, oB += valueDim << 2) {
    const a = load<f32>(lseA), b = load<f32>(lseB);
    if (a != a || b != b) {
      rowFill(oA, valueDim, NaN);
      store<f32>(lseA, NaN);
      continue;
    }
    if (b == -Infinity) continue;
    if (a == -Infinity) {
      memory.copy(oA, oB, valueDim << 2);
      store<f32>(lseA, b);
      continue;
    }
    const m: f32 = a > b ? a : b;
    const wA = exp1(a - m), wB = exp1(b - m);
    const s = wA + wB;
    const pA = f32x4.splat(<f32>(wA / s)), pB = f32x4.splat(<f32>(wB / s));
    for (let d: usize = 0; d < valueDim; d += 4) {
      const at = oA + (d << 2);
      storeUpTo4(at, fma(pA, v128.load(at), f32x4.mul(pB, v128.load(oB + (d << 2)))), valueDim - d);
    }
    store<f32>(lseA, <f32>(<f64>m + log(s)));
  }
}
