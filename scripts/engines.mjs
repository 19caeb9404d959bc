// Engines to run on, from npm in .cache/: platform packages have no place among the dev dependencies.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const { platform, arch, execPath, version, versions } = process;
const windows = platform === "win32";
const exe = windows ? ".exe" : "";
const root = fileURLToPath(new URL("../", import.meta.url));

/** @returns the path of `file` in the package  @throws {Error} it is not here and cannot be fetched */
function fetched(cache, name, wanted, file) {
  const folder = `.cache/${cache}`;
  const binary = `${root}${folder}/node_modules/${name}/${file}`;
  if (existsSync(binary)) return binary;

  mkdirSync(`${root}${folder}`, { recursive: true });
  const args = ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", `${name}@${wanted}`];
  const { error, status, stderr } = spawnSync(windows ? "npm.cmd" : "npm", args, {
    cwd: root,
    encoding: "utf8",
    shell: windows, // npm.cmd is a script
  });
  if (existsSync(binary)) return binary;
  throw new Error(
    `${name}@${wanted} did not install: ${error?.message ?? (stderr.trim() || `npm ended with ${status}`)}`,
  );
}

export const nodeMajor = Number.parseInt(versions.node, 10);

/** This Node if it is of that version, else one that is fetched. */
export function node(major) {
  if (nodeMajor === major) return execPath;
  return fetched(`node${major}`, `node-${windows ? "win" : platform}-${arch}`, major, `bin/node${exe}`);
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
  return fetched("bun", name, "1.4.5", `bin/bun${exe}`);
}

export function deno() {
  return fetched("deno", `@deno/${platform}-${arch}${platform === "linux" ? "-glibc" : ""}`, "2.9.6", `deno${exe}`);
}
