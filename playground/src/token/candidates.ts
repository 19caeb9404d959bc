/** The likeliest tokens, a row each: what they had, what is left of it, and how often they were drawn. */
import { bar, h } from "../page/dom";
import { share, visible } from "../page/format";
import { type Chosen, DRAWS, LISTED, type Outcome } from "./choice";

export function candidateTable(): { element: HTMLElement; fill(outcome: Outcome, chosen: Chosen): void } {
  const empty = (): HTMLElement => h("tr", {}, h("th", { scope: "row" }, " "), h("td"), h("td"), h("td"));
  const rows = h("tbody", {}, ...Array.from({ length: LISTED }, empty)); // as high as when they are filled
  const counted = h("th", { scope: "col" });
  const element = h(
    "table",
    { class: "candidates" },
    h("caption", { class: "unseen" }, `The ${LISTED} likeliest tokens`),
    h(
      "thead",
      {},
      h("tr", {}, ...["Token", "of all", "of those left"].map((name) => h("th", { scope: "col" }, name)), counted),
    ),
    rows,
  );

  function fill({ candidates, drawn }: Outcome, { thousand }: Chosen): void {
    const most = Math.max(...candidates.map(({ prob, kept }) => Math.max(prob, kept)));
    counted.textContent = thousand ? `of ${DRAWS} draws` : "";
    rows.replaceChildren(
      ...candidates.map(({ token, word, prob, kept, cutBy, count }) => {
        const kind = cutBy === "" ? "kept" : "cut";
        const draws =
          thousand &&
          h("span", { class: "drawn-bar" }, bar(count / DRAWS / most, "count"), kept > 0 && tick(kept / most));
        return h(
          "tr",
          { class: `${kind}${drawn?.index === token ? " hit" : ""}`, "data-token": token },
          h("th", { scope: "row" }, h("span", { class: "word" }, visible(word))),
          h("td", { "data-name": "of all" }, bar(prob / most, "softmax"), h("span", { class: "value" }, share(prob))),
          h(
            "td",
            { "data-name": "left" },
            bar(kept / most, "kept"),
            h("span", { class: "value" }, cutBy === "" ? share(kept) : `cut: ${cutBy}`),
          ),
          h("td", { "data-name": "drawn" }, draws, thousand && h("span", { class: "value" }, String(count))),
        );
      }),
    );
  }
  return { element, fill };
}

/** Where a count would be that is exactly the probability. */
const tick = (share: number): HTMLElement =>
  h("span", { class: "tick", "aria-hidden": "true", style: `--share:${Math.min(1, share)}` });
