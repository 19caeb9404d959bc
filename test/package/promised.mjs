// What package.json says that there is.
import { readFileSync } from "node:fs";

/** @returns the paths of its files */
export function promised() {
  const { main, module, types, exports } = JSON.parse(readFileSync("package.json", "utf8"));
  const leaves = (value) => (typeof value === "string" ? [value] : Object.values(value).flatMap(leaves));
  return [main, module, types, ...leaves(exports)].map((path) => path.replace("./", ""));
}
