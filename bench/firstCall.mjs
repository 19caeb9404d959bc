/** What a program pays for its first softmax, import included: fresh processes, in turn with Node alone. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median } from "./rounds.mjs";

const PROGRAMS = {
  bare: ["-e", ""],
  require: ["-e", 'require("softmax-wasm").softmax(new Float32Array([1, 2, 3]))'],
  import: ["--input-type=module", "-e", 'import { softmax } from "softmax-wasm"; softmax(new Float32Array([1, 2, 3]))'],
};
const cwd = fileURLToPath(new URL("../", import.meta.url)); // where the package goes by its name

/** @returns ms of Node alone, and what loading the package and calling softmax once adds to it */
export function firstCall(starts) {
  const ms = Object.fromEntries(Object.keys(PROGRAMS).map((name) => [name, []]));
  for (let i = 0; i < starts; i++) {
    for (const [name, args] of Object.entries(PROGRAMS)) {
      const start = performance.now();
      const { status, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
      ms[name].push(performance.now() - start);
      if (status !== 0) throw new Error(`node ${args.join(" ")}: ${stderr}`);
    }
  }
  const over = (name) => median(ms[name].map((value, i) => value - ms.bare[i]));
  return { bareMs: median(ms.bare), requireMs: over("require"), importMs: over("import") };
}
