/** The package's pool: a worker of its own file, which starts the pool's workers. It is loaded when somebody starts a comparison with it. */
import { createPool } from "softmax-wasm/pool";
import { contender } from "./rounds";
import { DRAWN, HEAD_DIM, HEADS, SAMPLING, type Work } from "./work";

contender(async (_, { kind, arrays }: Work) => {
  const pool = await createPool();
  const { threads, kind: how } = pool.mode;
  const note = `${threads} ${threads === 1 ? "thread" : "threads"}, ${how}`;
  const [q, k, v] = arrays.map((floats) => {
    const view = pool.alloc(floats.length);
    view.set(floats);
    return view;
  });
  const out = pool.alloc(q.length);
  if (kind === "softmax") return { call: () => pool.softmax(q, { out }), note };
  if (kind === "attention") {
    return { call: () => pool.attention(q, k, v, { heads: HEADS, headDim: HEAD_DIM, out }), note };
  }
  const options = { ...SAMPLING, random: () => DRAWN };
  return { call: () => pool.sample(q, options).then(({ index }) => [index]), note };
});
