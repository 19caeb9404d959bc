// Which tests ran on which backend: a test that is of one backend has the backend's name in its title.
const BACKEND = /(?<![\w./-])(?:wasm-relaxed|wasm|js)(?![\w.-])/;
const NONE = "no backend";
const COLUMNS = ["wasm-relaxed", "wasm", "js", NONE];

/** @param runs  [name, what readReport gives] */
export function printBackends(runs) {
  const rows = runs.map(([name, { titles }]) => {
    const counts = Object.fromEntries(COLUMNS.map((column) => [column, 0]));
    for (const title of titles) counts[title.match(BACKEND)?.[0] ?? NONE]++;
    return [name, ...COLUMNS.map((column) => String(counts[column]))];
  });
  const table = [["tests that ran", ...COLUMNS], ...rows];
  const widths = table[0].map((_, i) => Math.max(...table.map((row) => row[i].length)));
  console.log("");
  for (const row of table) {
    console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  "));
  }
}
