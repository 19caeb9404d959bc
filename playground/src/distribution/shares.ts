/** A row a score: a slider that is the score's bar, and its share under each function. */
import { entmax, hardmax, softmax, sparsemax } from "softmax-wasm";
import { bar, h } from "../page/dom";
import { entropyOf, float, share } from "../page/format";
import type { DistributionState } from "./view";

const KINDS = ["softmax", "entmax", "sparsemax", "hardmax"] as const;

export function shares(state: DistributionState): HTMLElement {
  const rows = h("tbody");
  const feet = KINDS.map((kind) => h("td", { class: kind, "data-name": kind }));
  let sliders: HTMLInputElement[] = [];

  state.drawn(() => {
    const { scores, temperature, alpha } = state.values;
    const x = Float32Array.from(scores);
    const computed = {
      softmax: softmax(x, { temperature }),
      entmax: entmax(x, { alpha, temperature }),
      sparsemax: sparsemax(x, { temperature }),
      hardmax: hardmax(x),
    };
    if (sliders.length !== scores.length || !document.activeElement?.closest(".score")) {
      sliders = scores.map((_, i) => scoreSlider(state, i));
    }
    rows.replaceChildren(
      ...scores.map((score, i) => {
        place(sliders[i], score);
        const named = h("span", { class: "value" }, float(score, 2));
        const cells = KINDS.map((kind) => {
          const p = computed[kind][i];
          const value = h("span", { class: "value" }, share(p));
          return h("td", { class: `${kind}${p === 0 ? " zero" : ""}`, "data-name": kind }, bar(p, kind), value);
        });
        return h("tr", {}, h("th", { scope: "row" }, h("span", { class: "score" }, sliders[i], named)), ...cells);
      }),
    );
    KINDS.forEach((kind, k) => {
      const y = computed[kind];
      const positive = y.filter((p) => p > 0).length;
      feet[k].replaceChildren(
        h("span", {}, `${positive} of ${y.length}`),
        " above 0; entropy ",
        h("span", { class: "entropy" }, entropyOf(y).toFixed(3)),
      );
    });
  });

  const head = ["Score, drag it", "softmax", "", "sparsemax", "hardmax"].map((name) => h("th", { scope: "col" }, name));
  state.drawn(() => {
    head[2].textContent = `entmax, ${state.values.alpha.toFixed(2)}`;
  });
  return h(
    "table",
    { class: "shares" },
    h("caption", { class: "unseen" }, "Each score's share under four functions"),
    h("thead", {}, h("tr", {}, ...head)),
    rows,
    h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, "All"), ...feet)),
  );
}

function scoreSlider(state: DistributionState, i: number): HTMLInputElement {
  const { scores } = state.values;
  const input = h("input", {
    type: "range",
    "aria-label": `Score ${i + 1}`,
    min: Math.min(-5, Math.floor(Math.min(...scores))),
    max: Math.max(5, Math.ceil(Math.max(...scores))),
    step: 0.1,
    input: () => state.set({ scores: state.values.scores.map((x, j) => (j === i ? Number(input.value) : x)) }),
  });
  return input;
}

/** The slider shows where the score is, to its own step; the score keeps the digits that were typed. */
function place(input: HTMLInputElement, score: number): void {
  if (Number(input.value) !== score) input.value = String(score);
  const [min, max] = [Number(input.min), Number(input.max)];
  input.style.setProperty("--at", `${(100 * (score - min)) / (max - min)}%`);
}
