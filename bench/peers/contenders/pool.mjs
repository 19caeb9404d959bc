/** This package on several threads, arrays in the pool's memory: softmax-wasm/pool. */
import { existsSync } from "node:fs";
import { Unsupported } from "../unsupported.mjs";

const DOOR = new URL("../../../dist/pool.js", import.meta.url);

export async function start({ threads }) {
  if (!existsSync(DOOR)) throw new Unsupported("no pool in this build");
  const { createPool } = await import(DOOR);
  const pool = await createPool({ threads });
  const { mode } = pool;
  if (mode.kind !== "shared" || mode.threads < threads)
    throw new Unsupported(`no pool of ${threads} here: ${mode.reason}`);
  const placed = (x) => {
    const view = pool.alloc(x.length);
    view.set(x);
    return view;
  };
  return {
    prepare(work, operands) {
      if (work.op !== "attention") throw new Unsupported("here for attention only");
      const { heads, dim, causal } = work;
      const [q, k, v] = [operands.q, operands.k, operands.v].map(placed);
      const out = pool.alloc(q.length);
      const options = { heads, headDim: dim, causal, out };
      const end = () => {
        for (const view of [q, k, v, out]) pool.free(view);
      };
      const call = () => pool.sync.attention(q, k, v, options);
      return { call, read: call, end };
    },
  };
}
