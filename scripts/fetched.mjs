// Tools that only these checks need, from npm in .cache/: platform packages have no place among the dev dependencies.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { npm } from "./execute.mjs";

/** @returns the folder that holds its node_modules  @throws {Error} npm cannot install them */
export function fetched(name, versions) {
  const folder = fileURLToPath(new URL(`../.cache/${name}/`, import.meta.url));
  const manifest = JSON.stringify({ private: true, dependencies: versions });
  const installed = `${folder}installed.json`; // written last: an install that was cut short is done again
  if (existsSync(installed) && readFileSync(installed, "utf8") === manifest) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}package.json`, manifest);
  npm(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"], folder);
  writeFileSync(installed, manifest);
  return folder;
}
