// A Node with relaxed SIMD, which came with 22: this one, or 24 from npm in .cache/node24/.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = ".cache/node24";
const windows = process.platform === "win32";

/** @returns the path of its binary  @throws {Error} it is not here and cannot be fetched */
export function node24() {
  if (Number.parseInt(process.versions.node, 10) >= 22) return process.execPath;
  const root = fileURLToPath(new URL("../", import.meta.url));
  const name = `node-${windows ? "win" : process.platform}-${process.arch}`;
  const binary = `${root}${FOLDER}/node_modules/${name}/bin/${windows ? "node.exe" : "node"}`;
  if (existsSync(binary)) return binary;

  mkdirSync(`${root}${FOLDER}`, { recursive: true });
  const args = ["install", "--prefix", FOLDER, "--no-save", "--no-audit", "--no-fund", `${name}@24`];
  const { error, status, stderr } = spawnSync(windows ? "npm.cmd" : "npm", args, {
    cwd: root,
    encoding: "utf8",
    shell: windows, // npm.cmd is a script
  });
  if (existsSync(binary)) return binary;
  const reason = error?.message ?? (stderr.trim() || `npm ended with ${status}`);
  throw new Error(
    `relaxed SIMD needs Node 22 or later; this is ${process.version} and ${name}@24 did not install: ${reason}`,
  );
}
