/**
 * node bench/kernel.mjs BACKEND NATIVE [--quick]     softmax's kernel alone against native C, as JSON
 *
 * The wasm export called on memory of its own, without facade and copies; NATIVE is bench/native.mjs's binary.
 */
import { readFileSync } from "node:fs";
import { do_not_optimize } from "mitata";
import { CASES, logits } from "./cases.mjs";
import { judge } from "./judge.mjs";
import { runNative } from "./native.mjs";
import { FULL, interleave, QUICK, stopwatch } from "./rounds.mjs";

const [backend, native, quick] = process.argv.slice(2);
const effort = (quick ? QUICK : FULL).kernel;
const ALL_PHASES = 15;
const HEAP_BASE = 6048; // assembly/layout.ts
const STATE_BYTES = 5120; // of which a row takes a part
const GAP = 512; // floats between x and y: with y a multiple of 4 KiB behind x, native C takes 2.3 times as long

const file = backend === "wasm" ? "rows.wasm" : "rows-relaxed.wasm";
const bytes = readFileSync(new URL(import.meta.resolve(`softmax-wasm/${file}`)));
const memory = new WebAssembly.Memory({ initial: 16 });
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
const state = HEAP_BASE;

const results = [];
for (const measured of CASES.filter(({ name }) => name === "softmax 4096" || name === "softmax 32000")) {
  const n = measured.floats;
  const x = new Float32Array(memory.buffer, state + STATE_BYTES, n);
  const y = new Float32Array(memory.buffer, x.byteOffset + 4 * (n + GAP), n);
  x.set(logits(n));
  const kernel = () =>
    do_not_optimize(exports.softmax(y.byteOffset, x.byteOffset, 0, 0, 1, n, 1, 1, 1, state, ALL_PHASES));

  kernel();
  judge(`${backend} kernel`, measured, y, x);
  judge(`native C for ${backend}`, measured, runNative(native, x).y, x);

  const nativeClock = () => runNative(native, x).ns;
  const [ns, nativeNs] = await interleave([stopwatch(kernel, effort), nativeClock], effort.rounds);
  results.push({ name: measured.name, floats: n, ns, nativeNs });
}
console.log(JSON.stringify(results));
