/**
 * softmax's kernel alone against native C: the wasm export called on memory of its own, without facade and copies.
 */
import { readFileSync } from "node:fs";
import { do_not_optimize } from "mitata";
import { CASES, logits } from "./cases.mjs";
import { judge } from "./judge.mjs";
import { nativeSoftmax } from "./native.mjs";
import { stopwatch } from "./rounds.mjs";

const ALL_PHASES = 15;
const layout = readFileSync(new URL("../assembly/layout.ts", import.meta.url), "utf8");
const constant = (name) => Number(layout.match(new RegExp(`^export const ${name} = (\\d+);`, "m"))[1]);
const GAP = 512; // floats between x and y: with y a multiple of 4 KiB behind x, native C takes 2.3 times as long

export function* groups(backend, effort, native) {
  if (native === undefined) return;
  const file = backend === "wasm" ? "rows.wasm" : "rows-relaxed.wasm";
  const bytes = readFileSync(new URL(import.meta.resolve(`softmax-wasm/${file}`)));
  const memory = new WebAssembly.Memory({ initial: 16 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const state = constant("HEAP_BASE");
  for (const measured of CASES.filter(({ name }) => name === "softmax 4096" || name === "softmax 32000")) {
    const { name, floats } = measured;
    const x = new Float32Array(memory.buffer, state + constant("STATE_BYTES"), floats);
    const y = new Float32Array(memory.buffer, x.byteOffset + 4 * (floats + GAP), floats);
    x.set(logits(floats));
    const kernel = () =>
      do_not_optimize(exports.softmax(y.byteOffset, x.byteOffset, 0, 0, 1, floats, 1, 1, 1, state, ALL_PHASES));
    kernel();
    judge(`${backend} kernel`, measured, y, x);
    judge(`native C for ${backend}`, measured, nativeSoftmax(native, x).y, x);
    const nativeClock = { read: () => nativeSoftmax(native, x).ns, rounds: effort.rounds };
    yield [{ name, floats, clocks: { own: stopwatch(kernel, effort), native: nativeClock } }];
  }
}
