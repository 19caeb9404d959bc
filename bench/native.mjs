/** bench/native/*.c compiled into .cache/native/, a binary for each of the wasm backends, and run. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../.cache/native/", import.meta.url));

const FLAGS = { wasm: [], "wasm-relaxed": ["-mfma"] };
const NO_FMA = 2; // exit code of both

/** @returns the path of a backend's native counterpart  @throws {Error} there is none on this host */
export function compileNative(backend, name) {
  if (process.arch !== "x64") throw new Error(`native C is written in x86 intrinsics, and this is ${process.arch}`);
  mkdirSync(FOLDER, { recursive: true });
  const source = fileURLToPath(new URL(`native/${name}.c`, import.meta.url));
  const binary = `${FOLDER}${name}-${backend}${process.platform === "win32" ? ".exe" : ""}`;
  const { error, status, stderr } = spawnSync("cc", ["-O3", ...FLAGS[backend], "-o", binary, source, "-lm"], {
    encoding: "utf8",
  });
  if (error) throw new Error(`no C compiler here (${error.message})`);
  if (status !== 0) throw new Error(`cc: ${stderr}`);
  if (spawnSync(binary).status === NO_FMA) throw new Error("this CPU has no fused multiply-add");
  return binary;
}

/** A native binary reads its own clock. @returns what it prints, JSON */
export function runNative(binary, args) {
  const { error, status, signal, stdout, stderr } = spawnSync(binary, args.map(String), { encoding: "utf8" });
  if (status !== 0)
    throw new Error(`${binary} ${args.join(" ")}: ${error?.message ?? signal ?? `${status} ${stderr}`}`);
  return JSON.parse(stdout);
}

/** softmax.c on the logits x. @returns { ns, y } */
export function nativeSoftmax(binary, x) {
  const [from, to] = [`${binary}.x.f32`, `${binary}.y.f32`];
  writeFileSync(from, x);
  const { ns } = runNative(binary, [from, to]);
  return { ns, y: new Float32Array(new Uint8Array(readFileSync(to)).buffer) };
}
