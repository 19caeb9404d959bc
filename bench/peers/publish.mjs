/**
 * node bench/peers/publish.mjs FILE     the JSON of a run as results.json, the charts of docs/charts and the tables of docs/comparison.md
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { drawCharts } from "./charts.mjs";
import { report } from "./report.mjs";

const PAGE = new URL("../../docs/comparison.md", import.meta.url);
const [FIRST, LAST] = ["<!-- made by npm run bench:peers -->", "<!-- end of what it made -->"];

/** @param figures  of a whole run without problems */
export async function publish(figures) {
  const page = readFileSync(PAGE, "utf8");
  const [before, after] = [page.split(FIRST)[0], page.split(LAST)[1]];
  if (after === undefined) throw new Error(`docs/comparison.md has no place for the tables: "${FIRST}", "${LAST}"`);
  writeFileSync(PAGE, `${before}${FIRST}\n\n${report(figures)}\n\n${LAST}${after}`);
  writeFileSync(new URL("results.json", import.meta.url), `${JSON.stringify(figures, null, 1)}\n`);
  await drawCharts(figures, new URL("../../docs/charts/", import.meta.url));
}

const [, script, file] = process.argv;
if (script === fileURLToPath(import.meta.url)) await publish(JSON.parse(readFileSync(file, "utf8")));
