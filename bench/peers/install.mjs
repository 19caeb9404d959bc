/** The peers, as package-lock.json pins them, in this folder's node_modules: nothing of them is a dependency of the package. */
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { npm } from "../../scripts/execute.mjs";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const INSTALLED = `${FOLDER}node_modules/.peers`; // written last: an install that was cut short is done again

/** LiteRT.js's runtime is CommonJS in a package that says it is not, which no browser asks: a copy says what it is. */
function copyLiteRt() {
  const copy = `${FOLDER}node_modules/.litert/`;
  cpSync(`${FOLDER}node_modules/@litertjs/core/wasm/`, copy, { recursive: true });
  writeFileSync(`${copy}package.json`, '{ "type": "commonjs" }');
}

export function install() {
  const lock = readFileSync(`${FOLDER}package-lock.json`, "utf8");
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, "utf8") === lock) return;
  console.error("installing the peers");
  npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], FOLDER);
  copyLiteRt();
  writeFileSync(INSTALLED, lock);
}

/** @returns the version of each package that package.json names */
export function versions() {
  const read = (file) => JSON.parse(readFileSync(`${FOLDER}${file}`, "utf8"));
  const { dependencies } = read("package.json");
  return Object.fromEntries(
    Object.keys(dependencies).map((name) => [name, read(`node_modules/${name}/package.json`).version]),
  );
}
