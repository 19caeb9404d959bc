/** Tokens a second, the last run without speculative decoding beside the last one with it. */
import { bar, h } from "../page/dom";
import type { Written } from "./messages";

export function records(): { element: HTMLElement; show(draft: number, written: Written): void } {
  const runs: (Written | undefined)[] = [undefined, undefined];
  const rows = h("tbody");
  const rate = (run: Written | undefined): number => (run === undefined ? 0 : (1000 * run.tokens) / run.elapsed);

  function draw(): void {
    const fastest = Math.max(1, ...runs.map(rate));
    rows.replaceChildren(
      ...runs.map((run, i) =>
        h(
          "tr",
          { "data-speculative": String(i === 1) },
          h("th", { scope: "row" }, i === 0 ? "a token a step" : "speculative"),
          h(
            "td",
            { class: "time" },
            h("span", { class: "lane" }, bar(rate(run) / fastest, i === 0 ? "wasm" : "wasm-relaxed")),
            h("span", { class: "value" }, run === undefined ? "not yet" : `${Math.round(rate(run))} a second`),
          ),
          h("td", { class: "accepted" }, run?.drafted ? `${run.accepted} of ${run.drafted} accepted` : ""),
        ),
      ),
    );
  }
  draw();
  const head = ["", "Tokens a second", "Proposed tokens"].map((name) =>
    name === "" ? h("td") : h("th", { scope: "col" }, name),
  );
  return {
    element: h("table", { class: "records" }, h("thead", {}, h("tr", {}, ...head)), rows),
    show(draft, written) {
      runs[draft > 0 ? 1 : 0] = written;
      draw();
    },
  };
}
