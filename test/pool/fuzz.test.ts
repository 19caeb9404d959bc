/** Random calls, cut at random: the bits of the plain function. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Pool } from "../../src/pool";
import { LIMITS } from "../../src/pool/budget";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { random } from "../judge/random.mjs";
import { open, share } from "./pools";

const SEED = 20261129;
const CALLS = 60;

const next = random(SEED);
const upTo = (n: number): number => 1 + Math.floor(next() * n);
const one = <T>(...of: readonly T[]): T => of[Math.floor(next() * of.length)];
const draw = (n: number): Float32Array => Float32Array.from({ length: n }, () => 8 * next() - 4);

interface Case {
  readonly arrays: readonly Float32Array[];
  readonly options: object;
}

function attentionCase(): Case {
  const [batch, kvHeads, group] = [upTo(2), upTo(2), upTo(3)];
  const heads = kvHeads * group;
  const [queries, keys, headDim, valueDim] = [upTo(80), upTo(one(40, 600)), upTo(9), upTo(20)];
  const rows = batch * heads * queries;
  const options: Record<string, unknown> = { batch, heads, kvHeads, headDim, valueDim };
  if (next() < 0.5) options.causal = true;
  if (next() < 0.4) options.window = one<unknown>(upTo(keys), [upTo(90), upTo(90)]);
  if (next() < 0.4) options.queryOffset = upTo(keys + queries) - queries;
  if (next() < 0.4) options.layout = "bshd";
  if (next() < 0.3) options.keyLengths = Uint32Array.from({ length: batch }, () => upTo(keys));
  if (next() < 0.3) options.alibi = draw(heads);
  if (next() < 0.3) options.lse = new Float32Array(rows);
  if (next() < 0.2) options.weights = new Float32Array(rows * keys);
  if (next() < 0.2) Object.assign(options, { bias: draw(heads * keys), biasShape: [1, heads, 1, keys] });
  const length = batch * kvHeads * keys;
  return { arrays: [draw(rows * headDim), draw(length * headDim), draw(length * valueDim)], options };
}

function axisCase(): Case {
  const shape = [upTo(9), upTo(60), upTo(30)];
  const axis = one(0, 1, 2);
  const options: Record<string, unknown> = { shape, axis, temperature: one(1, 0.3, 3) };
  if (next() < 0.4) options.mask = Uint8Array.from({ length: shape[axis] }, () => (next() < 0.7 ? 1 : 0));
  return { arrays: [draw(shape[0] * shape[1] * shape[2])], options };
}

const words = (x: Float32Array | undefined): number[] =>
  x === undefined ? [] : [...new Uint32Array(x.slice().buffer)];

describe.each(BACKENDS)("%s", (backend) => {
  let pool: Pool;
  beforeAll(async () => {
    pool = await open(backend);
  });

  it(`${CALLS} calls at random`, async () => {
    const runtime = runtimeOf(backend) as unknown as Record<string, (...args: unknown[]) => Float32Array>;
    for (let i = 0; i < CALLS; i++) {
      const fn = i % 2 === 0 ? "attention" : one("softmax", "logSoftmax", "entropy", "sparsemax");
      const { arrays, options } = fn === "attention" ? attentionCase() : axisCase();
      const longest = 10 ** (5 * next());
      Object.assign(LIMITS, { small: 0, shortest: longest, longest, block: upTo(60), columns: upTo(9) });
      const given = next() < 0.5 ? arrays : arrays.map(share);
      const functions = (next() < 0.5 ? pool : pool.sync) as unknown as typeof runtime;
      const found = words(await functions[fn](...given, options));
      const { lse, weights } = options as Record<string, Float32Array | undefined>;
      const also = [lse, weights].map(words);
      const want = words(runtime[fn](...arrays, options));
      const label = `seed ${SEED}, call ${i}: ${fn} ${JSON.stringify(options, (_, x) => (ArrayBuffer.isView(x) ? "…" : x))}`;
      expect(found.every((word, j) => word === want[j]) && found.length === want.length, label).toBe(true);
      for (const [j, mine] of [lse, weights].map(words).entries()) {
        expect(
          mine.every((word, at) => word === also[j][at]),
          label,
        ).toBe(true);
      }
    }
  });
});
