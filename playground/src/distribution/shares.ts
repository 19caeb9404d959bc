/** A row a score: a slider that is the score's bar, and its share under each function. */
import { entmax, hardmax, softmax, sparsemax } from "softmax-wasm";
import { bar, h, say } from "../page/dom";
import { entropyOf, float, share } from "../page/format";
import type { DistributionState } from "./view";

const KINDS = ["softmax", "entmax", "sparsemax", "hardmax"] as const;
type Computed = Record<(typeof KINDS)[number], Float32Array>;

function compute({ scores, temperature, alpha }: DistributionState["values"]): Computed {
  const x = Float32Array.from(scores);
  return {
    softmax: softmax(x, { temperature }),
    entmax: entmax(x, { alpha, temperature }),
    sparsemax: sparsemax(x, { temperature }),
    hardmax: hardmax(x),
  };
}

export function shares(state: DistributionState): HTMLElement {
  const body = h("tbody");
  const feet = KINDS.map((kind) => h("td", { class: kind, "data-name": kind }));
  const head = ["Score, drag it", "softmax", "", "sparsemax", "hardmax"].map((name) => h("th", { scope: "col" }, name));
  let rows: ReturnType<typeof rowOf>[] = [];

  state.drawn(() => {
    const { scores, alpha } = state.values;
    const computed = compute(state.values);
    if (rows.length !== scores.length) {
      rows = scores.map((_, i) => rowOf(state, i));
      body.replaceChildren(...rows.map(({ element }) => element));
    }
    for (const row of rows) row.draw(computed);
    KINDS.forEach((kind, k) => {
      const y = computed[kind];
      const positive = y.filter((p) => p > 0).length;
      feet[k].replaceChildren(
        h("span", {}, `${positive} of ${y.length}`),
        " above 0; entropy ",
        h("span", { class: "entropy" }, entropyOf(y).toFixed(3)),
      );
    });
    say(head[2], `entmax, ${alpha.toFixed(2)}`);
  });
  return h(
    "table",
    { class: "shares" },
    h("caption", { class: "unseen" }, "Each score's share under four functions"),
    h("thead", {}, h("tr", {}, ...head)),
    body,
    h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, "All"), ...feet)),
  );
}

/** A row stays while there are as many scores: whoever drags its slider keeps hold of it. */
function rowOf(state: DistributionState, i: number): { element: HTMLElement; draw(computed: Computed): void } {
  const input = h("input", {
    type: "range",
    "aria-label": `Score ${i + 1}`,
    step: 0.1,
    input: () => state.set({ scores: state.values.scores.map((x, j) => (j === i ? Number(input.value) : x)) }),
  });
  const named = h("span", { class: "value" });
  const cells = KINDS.map((kind) => ({
    kind,
    bar: bar(0, kind),
    value: h("span", { class: "value" }),
    td: h("td", { "data-name": kind }),
  }));
  for (const { td, bar, value } of cells) td.append(bar, value);

  function draw(computed: Computed): void {
    const { scores } = state.values;
    place(input, scores, i);
    say(named, float(scores[i], 2));
    for (const { kind, bar, value, td } of cells) {
      const p = computed[kind][i];
      td.className = p === 0 ? "zero" : "";
      bar.style.setProperty("--share", String(p));
      say(value, share(p));
    }
  }
  const score = h("th", { scope: "row" }, h("span", { class: "score" }, input, named));
  return { element: h("tr", {}, score, ...cells.map(({ td }) => td)), draw };
}

/** The slider shows where the score is, to its own step; the score keeps the digits that were typed. */
function place(input: HTMLInputElement, scores: readonly number[], i: number): void {
  const min = Math.min(-5, Math.floor(Math.min(...scores)));
  const max = Math.max(5, Math.ceil(Math.max(...scores)));
  input.min = String(min);
  input.max = String(max);
  if (Number(input.value) !== scores[i]) input.value = String(scores[i]);
  input.style.setProperty("--at", `${(100 * (scores[i] - min)) / (max - min)}%`);
}
