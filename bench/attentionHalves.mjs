/**
 * attention on keys and values of 16 bits, in turn with the same on float32s: each cache in a runtime of its own, as large as it must be.
 * Results are those of the widened keys and values, bit for bit, or the bench fails.
 */
import { do_not_optimize } from "mitata";
import { createRuntime } from "softmax-wasm";
import { logits } from "./cases.mjs";
import { stopwatch } from "./rounds.mjs";

const DTYPES = ["float16", "bfloat16"];
const SHAPES = [
  { heads: 8, kvHeads: 8, queries: 512, keys: 512, dim: 64 },
  { heads: 12, kvHeads: 12, queries: 1, keys: 2048, dim: 64 },
  { heads: 32, kvHeads: 8, queries: 1, keys: 4096, dim: 128 },
  { heads: 32, kvHeads: 32, queries: 1, keys: 4096, dim: 128 },
];
/** Beside keys and values: queries, out, and the room to work in. */
const MORE_BYTES = 8 << 20;

/** @param of  gives k and v in the runtime's own memory. @returns the call */
function attentionOn(backend, { heads, kvHeads, queries, keys, dim }, bytes, q, of) {
  const runtime = createRuntime({ backend, heapBytes: 2 * bytes * kvHeads * keys * dim + MORE_BYTES });
  const own = runtime.alloc(heads * queries * dim);
  own.set(q);
  const out = runtime.alloc(own.length);
  const { k, v, dtype } = of(runtime);
  return () => runtime.attention(own, k, v, { headDim: dim, heads, kvHeads, out, dtype });
}

export function* halfGroups(backend, effort) {
  const { pack16, unpack16 } = createRuntime({ backend });
  for (const shape of SHAPES) {
    const { heads, kvHeads, queries, keys, dim } = shape;
    const draw = (n) => logits(n).map((value) => value / 3);
    const q = draw(heads * queries * dim);
    const drawn = { k: draw(kvHeads * keys * dim), v: draw(kvHeads * keys * dim) };
    const name = `${heads}×${queries}×${keys}×${dim}, ${kvHeads} kv heads`;
    const cases = DTYPES.map((dtype) => {
      const bits = { k: pack16(drawn.k, { dtype }), v: pack16(drawn.v, { dtype }) };
      const wide = attentionOn(backend, shape, 4, q, (runtime) => {
        const placed = (x) => unpack16(x, { dtype, out: runtime.alloc(x.length) });
        return { k: placed(bits.k), v: placed(bits.v) };
      });
      const half = attentionOn(backend, shape, 2, q, (runtime) => {
        const placed = (x) => {
          const home = runtime.alloc(x.length, dtype);
          home.set(x);
          return home;
        };
        return { k: placed(bits.k), v: placed(bits.v), dtype };
      });
      const [got, want] = [half(), wide()];
      const at = got.findIndex((y, i) => !Object.is(y, want[i]));
      if (at >= 0) throw new Error(`${backend}, ${name} of ${dtype}: [${at}] is ${got[at]}, not ${want[at]}`);
      const clock = (call) => stopwatch(() => do_not_optimize(call()), effort);
      return { name, dtype, clocks: { own: clock(half), wide: clock(wide) } };
    });
    yield cases;
  }
}
