// A bare project outside of the repository, with the packed package installed as its users have it. Needs a build.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { npm } from "./execute.mjs";

/** @returns its folder, which is removed when this process ends */
export function bareProject(files = undefined) {
  const outer = mkdtempSync(join(tmpdir(), "softmax-wasm-"));
  process.on("exit", () => rmSync(outer, { recursive: true, force: true, maxRetries: 3 }));
  const folder = join(outer, "project");
  mkdirSync(folder);
  if (files !== undefined) cpSync(files, folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  const packed = npm(["pack", "--json", "--ignore-scripts", "--pack-destination", outer]);
  const [{ filename }] = JSON.parse(packed.stdout);
  npm(["install", "--no-audit", "--no-fund", "--no-save", join(outer, filename)], folder);
  return folder;
}
