// Engines to run on, from npm in .cache/: platform packages have no place among the dev dependencies.
import { join } from "node:path";
import { fetched } from "./fetched.mjs";

const { platform, arch, execPath, version, versions } = process;
const windows = platform === "win32";
const exe = windows ? ".exe" : "";

const binaryOf = (cache, name, wanted, file) =>
  join(fetched(cache, { [name]: String(wanted) }), "node_modules", name, file);

export const nodeMajor = Number.parseInt(versions.node, 10);

/** This Node if it is of that version, else one that is fetched. */
export function node(major) {
  if (nodeMajor === major) return execPath;
  return binaryOf(`node${major}`, `node-${windows ? "win" : platform}-${arch}`, major, `bin/node${exe}`);
}

/** A Node with relaxed SIMD, which came with 22: this one, or 24. */
export function relaxedNode() {
  if (nodeMajor >= 22) return execPath;
  try {
    return node(24);
  } catch (error) {
    throw new Error(`relaxed SIMD needs Node 22 or later; this is ${version} and ${error.message}`);
  }
}

export function bun() {
  const name = `@oven/bun-${windows ? "windows" : platform}-${arch === "arm64" ? "aarch64" : arch}`;
  return binaryOf("bun", name, "1.4.5", `bin/bun${exe}`);
}

export function deno() {
  return binaryOf("deno", `@deno/${platform}-${arch}${platform === "linux" ? "-glibc" : ""}`, "2.9.6", `deno${exe}`);
}
