/** The package on one backend against the plain loop, case after case. */
import { do_not_optimize } from "mitata";
import { createRuntime } from "softmax-wasm";
import { CASES, inputs, OPS } from "./cases.mjs";
import { judge } from "./judge.mjs";
import { stopwatch } from "./rounds.mjs";

export function* groups(backend, effort) {
  const runtime = createRuntime({ backend });
  for (const measured of CASES) {
    const { name, op, outer, axis, inner, floats, outFloats, alpha } = measured;
    const own = inputs(measured);
    const x = measured.alloc ? runtime.alloc(floats) : own;
    const out = measured.alloc ? runtime.alloc(outFloats) : new Float32Array(outFloats);
    x.set(own);
    const options = { ...measured.options, out };
    const run = runtime[op];
    run(x, options);
    judge(backend, measured, out, x);
    const clocks = { own: stopwatch(() => do_not_optimize(run(x, options)), effort) };
    if (!measured.alone) {
      const y = new Float32Array(outFloats);
      const { plain } = OPS[op];
      plain(y, own, outer, axis, inner, alpha);
      judge("plain loop", measured, y, own);
      clocks.plain = stopwatch(() => {
        plain(y, own, outer, axis, inner, alpha);
        do_not_optimize(y);
      }, effort);
    }
    yield [{ name, floats, clocks }];
    runtime.free();
  }
}
