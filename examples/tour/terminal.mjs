/** Headings, tables and numbers for a terminal of 100 columns. */

const INDENT = "  ";
let sections = 0;

export function heading(title) {
  sections += 1;
  console.log(`\n\n${sections}. ${title}\n`);
}

export function remark(...lines) {
  console.log();
  for (const line of lines) console.log(INDENT + line);
}

const isNumeric = (cell) => /^([-+]?[\d.]|-?Infinity|NaN|$)/.test(cell);

/** Columns of numbers stand to the right, columns with any text to the left. */
export function table(head, rows) {
  const columns = head.map((title, c) => {
    const cells = rows.map((row) => String(row[c]));
    const width = Math.max(title.length, ...cells.map((cell) => cell.length));
    return { width, right: cells.every(isNumeric) };
  });
  const line = (cells) =>
    columns
      .map(({ width, right }, c) => (right ? String(cells[c]).padStart(width) : String(cells[c]).padEnd(width)))
      .join(INDENT)
      .trimEnd();
  console.log(INDENT + line(head));
  console.log(INDENT + columns.map(({ width }) => "─".repeat(width)).join(INDENT));
  for (const row of rows) console.log(INDENT + line(row));
}

/** A token's text in quotes: spaces and line breaks of it are seen. */
export const quoted = (text) => JSON.stringify(text);

/** Lines of at most 96 characters, broken at spaces. */
export const wrapped = (text) => text.match(/.{1,96}(?=\s|$)/g).map((line) => line.trim());

export const list = (x) => `[${Array.from(x).join(", ")}]`;

/** Four decimals; an exact 0 or 1 is bare, and what four decimals would show as 0 is in powers of ten. */
export function share(p) {
  if (p === 0 || p === 1) return String(p);
  return Math.abs(p) < 0.00005 ? p.toExponential(1) : p.toFixed(4);
}

export const shares = (y) => Array.from(y, share);

export const sum = (y) => y.reduce((s, v) => s + v, 0);
