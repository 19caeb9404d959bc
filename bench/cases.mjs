/** What is measured: every op at the shapes its file lists, on seeded logits. */
import { normal, random } from "../test/judge/random.mjs";
import * as entmax from "./ops/entmax.mjs";
import * as entmax15 from "./ops/entmax15.mjs";
import * as entropy from "./ops/entropy.mjs";
import * as hardmax from "./ops/hardmax.mjs";
import * as logSoftmax from "./ops/logSoftmax.mjs";
import * as logSumExp from "./ops/logSumExp.mjs";
import * as softmax from "./ops/softmax.mjs";
import * as sparsemax from "./ops/sparsemax.mjs";

// softmax first: while it alone has run, its call sites are as monomorphic as those of a program that only uses softmax
export const OPS = { softmax, logSoftmax, logSumExp, entropy, hardmax, sparsemax, entmax15, entmax };

export const SEED = 1;

/** n draws from N(0, 3²). */
export function logits(n) {
  const next = random(SEED);
  return Float32Array.from({ length: n }, () => 3 * normal(next));
}

/** The input of a case: logits, or where it says so values that lie evenly within that of the maximum, or N(around, within²). */
export function inputs({ floats, within, around }) {
  const x = logits(floats);
  if (around !== undefined) return x.map((v) => around + (v / 3) * within);
  return within === undefined ? x : x.map((_, i) => ((i * 7919) % floats) * (within / floats));
}

/** Every case, as f32[outer, axis, inner] and as the options that say so to the facade. */
export const CASES = Object.entries(OPS).flatMap(([name, op]) =>
  op.cases.map((of) => {
    const {
      shape,
      axis: along = shape.length - 1,
      within,
      around,
      alloc = false,
      alone = false,
      alpha = op.alpha,
    } = of;
    const product = (sizes) => sizes.reduce((n, size) => n * size, 1);
    const outer = product(shape.slice(0, along));
    const axis = shape[along];
    const inner = product(shape.slice(along + 1));
    return {
      name: `${name} ${shape.join("×")}${along < shape.length - 1 ? ` axis ${along}` : ""}${alpha === op.alpha ? "" : ` at ${alpha}`}${around === undefined ? "" : ` around ${around}`}${within === undefined ? "" : ` within ${within}`}${alloc ? " alloc'ed" : ""}`,
      within,
      around,
      alloc,
      alone,
      alpha,
      op: name,
      outer,
      axis,
      inner,
      floats: outer * axis * inner,
      outFloats: op.reduces ? outer * inner : outer * axis * inner,
      options: { ...(shape.length === 1 ? {} : { shape, axis: along }), ...op.options, ...(op.options && { alpha }) },
    };
  }),
);
