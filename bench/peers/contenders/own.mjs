/**
 * This package. Round trip: arrays of the caller's, with `out`; resident: views that alloc gave, so that nothing is copied.
 * It is the built one: this folder is a package of its own, in which softmax-wasm is no name.
 */
import { createRuntime } from "../../../dist/index.js";

const RESIDENT_BYTES = 300 << 20;

const calls = {
  sample: (runtime, { options }, { x }) => {
    let share = 0.618;
    const call = () => runtime.sample(x, { ...options, random: () => share });
    const draw = (random) => {
      share = random;
      return call();
    };
    return { call, read: () => draw };
  },
  attention: (runtime, { heads, dim, causal }, { q, k, v }, out) => {
    const options = { heads, headDim: dim, causal, out };
    const call = () => runtime.attention(q, k, v, options);
    return { call, read: call };
  },
};

const along = (runtime, { op, rows, cols }, { x }, out) => {
  const run = runtime[op];
  const options = { ...(rows > 1 && { shape: [rows, cols] }), out };
  const call = () => run(x, options);
  return { call, read: call };
};

const outFloats = ({ op, rows }, { x, q }) => (op === "logSumExp" ? rows : (q ?? x).length);

export function start({ backend, resident = false }) {
  const runtime = createRuntime({ backend, ...(resident && { heapBytes: RESIDENT_BYTES }) });
  const placed = (x) => {
    const view = runtime.alloc(x.length);
    view.set(x);
    return view;
  };
  return {
    prepare(work, operands) {
      const floats = outFloats(work, operands);
      const out = resident ? runtime.alloc(floats) : new Float32Array(floats);
      const own = Object.fromEntries(Object.entries(operands).map(([name, x]) => [name, resident ? placed(x) : x]));
      const make = calls[work.op] ?? along;
      return { ...make(runtime, work, own, out), end: () => runtime.free() };
    },
  };
}
