/**
 * node bench/facade.mjs BACKEND [--quick]     the package on one backend against the plain loop, as JSON
 *
 * A process for each backend: a program has one runtime, and with several in one process the facade's call sites turn
 * megamorphic, which makes 16 floats three times as slow as any user sees them.
 */
import { do_not_optimize } from "mitata";
import { createRuntime } from "softmax-wasm";
import { CASES, inputs, OPS } from "./cases.mjs";
import { judge } from "./judge.mjs";
import { FULL, interleave, QUICK, stopwatch } from "./rounds.mjs";

const [backend, quick] = process.argv.slice(2);
const effort = (quick ? QUICK : FULL).facade;
const runtime = createRuntime({ backend });

const results = [];
for (const measured of CASES) {
  const { name, op, outer, axis, inner, floats, outFloats } = measured;
  const own = inputs(measured);
  const x = measured.alloc ? runtime.alloc(floats) : own;
  const out = measured.alloc ? runtime.alloc(outFloats) : new Float32Array(outFloats);
  x.set(own);
  const y = new Float32Array(outFloats);
  const options = { ...measured.options, out };
  const run = runtime[op];
  const { plain } = OPS[op];

  run(x, options);
  judge(backend, measured, out, x);
  const facade = stopwatch(() => do_not_optimize(run(x, options)), effort);
  if (measured.alone) {
    const [ns] = await interleave([facade], effort.rounds);
    results.push({ name, floats, ns, plainNs: [] });
    runtime.free();
    continue;
  }
  plain(y, own, outer, axis, inner, measured.alpha);
  judge("plain loop", measured, y, own);
  const loop = stopwatch(() => {
    plain(y, own, outer, axis, inner, measured.alpha);
    do_not_optimize(y);
  }, effort);
  const [ns, plainNs] = await interleave([facade, loop], effort.rounds);
  results.push({ name, floats, ns, plainNs });
  runtime.free();
}
console.log(JSON.stringify({ node: process.versions.node, v8: process.versions.v8, results }));
