/** The weights as a grid of colours. Pointer or arrow keys choose a cell, and its numbers are said below. */
import { bar, h, say } from "../page/dom";
import { float, share } from "../page/format";
import { clamp } from "../page/state";
import { type AttentionState, NO_SINK, type Weighed, weigh } from "./weights";

const MOVES: Record<string, [rows: number, columns: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

export function heatMap(state: AttentionState): HTMLElement {
  const table = h("table", { class: "heat", role: "grid", "aria-label": "Weights: a row a query, a column a key" });
  const readout = h("p", { class: "readout", "aria-live": "polite" });
  let cells: HTMLElement[][] = [];
  let seen: Weighed;
  let chosen: [number, number] | undefined;

  function choose(row: number, column: number): void {
    const n = cells.length;
    if (n === 0) {
      say(readout, "Type some words.");
      return;
    }
    const before = chosen && cells[chosen[0]]?.[chosen[1]];
    before?.setAttribute("tabindex", "-1");
    before?.classList.remove("chosen");
    chosen = [clamp(row, 0, n - 1), clamp(column, 0, n - 1)];
    const cell = cells[chosen[0]][chosen[1]];
    cell.setAttribute("tabindex", "0");
    cell.classList.add("chosen");
    say(readout, sentence(seen, state.values, chosen[0], chosen[1]));
  }
  const placeOf = (event: Event): [number, number] | undefined => {
    const cell = (event.target as HTMLElement).closest<HTMLElement>("td[data-at]");
    return cell === null ? undefined : (cell.dataset.at?.split(",").map(Number) as [number, number]);
  };
  for (const type of ["pointerover", "focusin", "click"]) {
    table.addEventListener(type, (event) => {
      const at = placeOf(event);
      if (at !== undefined) choose(...at);
    });
  }
  table.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    if (move === undefined || chosen === undefined) return;
    event.preventDefault();
    choose(chosen[0] + move[0], chosen[1] + move[1]);
    cells[chosen[0]][chosen[1]].focus();
  });

  state.drawn(() => {
    seen = weigh(state.values);
    const { words, weights } = seen;
    const n = words.length;
    cells = words.map((_, i) => words.map((_, j) => cellOf(weights[i * n + j], i, j)));
    const sink = state.values.sink > NO_SINK;
    table.style.setProperty("--words", String(n));
    table.style.setProperty("--sink", sink ? "1" : "0");
    table.replaceChildren(
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("td"),
          ...words.map((word) => h("th", { scope: "col" }, h("span", {}, word))),
          h("th", { scope: "col", class: "wide" }, sink ? "sink" : ""),
          h("th", { scope: "col", class: "wide" }, "entropy"),
        ),
      ),
      h("tbody", {}, ...words.map((word, i) => rowOf(word, i, seen, cells[i], sink))),
    );
    choose(...(chosen ?? [n - 1, 0])); // at first what the last word makes of the first
  });
  return h(
    "div",
    { class: "map" },
    h("div", { class: "scroll" }, table),
    readout,
    h(
      "p",
      { class: "note" },
      "A cell's colour grows with the root of its weight. Point at a cell, or move with the arrow keys.",
    ),
  );
}

const rowOf = (word: string, i: number, seen: Weighed, cells: HTMLElement[], sink: boolean): HTMLElement =>
  h(
    "tr",
    {},
    h("th", { scope: "row" }, h("span", {}, word)),
    ...cells,
    h("td", { class: "wide" }, sink ? seen.sunk[i].toFixed(2) : ""),
    h(
      "td",
      { class: "wide entropy" },
      bar(seen.entropies[i] / Math.log(Math.max(2, seen.words.length))),
      h("span", { class: "value" }, seen.entropies[i].toFixed(2)),
    ),
  );

function cellOf(weight: number, i: number, j: number): HTMLElement {
  return h(
    "td",
    { class: "cell", "data-at": `${i},${j}`, tabindex: "-1", style: `--w:${Math.sqrt(weight).toFixed(3)}` },
    h("span", {}, weight === 0 ? "·" : weight.toFixed(2).replace(/^0/, "")),
  );
}

/** The way from a query and a key to their weight, in words. */
function sentence(seen: Weighed, values: AttentionState["values"], i: number, j: number): string {
  const n = seen.words.length;
  const at = i * n + j;
  const pair = `“${seen.words[i]}” looks at “${seen.words[j]}”`;
  if (values.causal && j > i) return `${pair}: not seen, it comes later (causal).`;
  if (Math.abs(i - j) > values.window) return `${pair}: not seen, it is ${Math.abs(i - j)} away (window).`;
  const scale = values.root ? Math.sqrt(Number(values.width)) : 1;
  const scaled = seen.products[at] / scale;
  const penalty = values.alibi * Math.abs(i - j);
  const steps = [
    `q·k = ${float(seen.products[at], 3)}`,
    values.root && `/ √${values.width} = ${float(scaled, 3)}`,
    penalty > 0 && `− ${float(penalty, 2)} (ALiBi) = ${float(scaled - penalty, 3)}`,
    `weight ${share(seen.weights[at])}`,
  ];
  return `${pair}: ${steps.filter((step) => step !== false).join(", ")}.`;
}
