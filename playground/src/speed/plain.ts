/**
 * What people write without a library; on arrays of float64 the same is the definition that every contender is judged by. No thread does
 * both: an engine makes code slower that meets two kinds of arrays.
 */
import { DRAWN, HEAD_DIM, HEADS, SAMPLING, type Work } from "./work";

type Floats = Float32Array | Float64Array;
type Result = () => ArrayLike<number>;
export type Expected = Float64Array<ArrayBuffer>;

export function plainCall({ kind, size, arrays }: Work): Result {
  const [q, k, v] = arrays;
  if (kind === "softmax") return () => softmaxInto(new Float32Array(size), q);
  if (kind === "attention") return () => attend(new Float32Array(q.length), new Float32Array(size), q, k, v);
  return () => [drawSorted(q)];
}

export function definition({ kind, size, arrays }: Work): Expected {
  const [q, k, v] = arrays;
  if (kind === "softmax") return softmaxInto(new Float64Array(size), q);
  if (kind === "attention") return attend(new Float64Array(q.length), new Float64Array(size), q, k, v);
  return Float64Array.of(drawSorted(q));
}

function softmaxInto<T extends Floats>(y: T, x: Floats): T {
  let m = -Infinity;
  for (let i = 0; i < x.length; i++) if (x[i] > m) m = x[i];
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    y[i] = Math.exp(x[i] - m);
    sum += y[i];
  }
  for (let i = 0; i < x.length; i++) y[i] /= sum;
  return y;
}

/** out[HEADS, queries, HEAD_DIM]; a row of scores at a time. */
function attend<T extends Floats>(out: T, row: T, q: Floats, k: Floats, v: Floats): T {
  const keys = row.length;
  const scale = 1 / Math.sqrt(HEAD_DIM);
  for (let h = 0; h < HEADS; h++) {
    const first = h * keys * HEAD_DIM;
    for (let i = 0; i < keys; i++) {
      const at = first + i * HEAD_DIM;
      for (let j = 0; j < keys; j++) {
        let dot = 0;
        for (let d = 0; d < HEAD_DIM; d++) dot += q[at + d] * k[first + j * HEAD_DIM + d];
        row[j] = dot * scale;
      }
      softmaxInto(row, row);
      for (let j = 0; j < keys; j++) {
        for (let d = 0; d < HEAD_DIM; d++) out[at + d] += row[j] * v[first + j * HEAD_DIM + d];
      }
    }
  }
  return out;
}

/** Exponentials of all, a sort of all, top-k, top-p, and the draw in the order of indices, as the package does it. */
function drawSorted(x: Floats): number {
  const p = softmaxInto(
    new Float64Array(x.length),
    Float64Array.from(x, (logit) => logit / SAMPLING.temperature),
  );
  const best = Array.from(p, (_, i) => i)
    .sort((a, b) => p[b] - p[a])
    .slice(0, SAMPLING.topK);
  const whole = best.reduce((sum, i) => sum + p[i], 0);
  let before = 0;
  const kept = best.filter((i) => {
    const stays = before < SAMPLING.topP * whole;
    before += p[i];
    return stays;
  });
  kept.sort((a, b) => a - b);
  const target = DRAWN * kept.reduce((sum, i) => sum + p[i], 0);
  let sum = 0;
  for (const i of kept) {
    sum += p[i];
    if (sum > target) return i;
  }
  return kept[kept.length - 1];
}
