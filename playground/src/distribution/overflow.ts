/** The formula as it is written, beside the one with the maximum subtracted. */
import { softmax } from "softmax-wasm";
import { code } from "../page/code";
import { slider } from "../page/controls";
import { h, say } from "../page/dom";
import { float, share } from "../page/format";
import type { DistributionState } from "./view";

export function overflow(state: DistributionState): HTMLElement {
  const rows = h("tbody");
  const verdict = h("p", { class: "verdict", "aria-live": "polite" });
  state.drawn(() => {
    const { scores, add } = state.values;
    const x = Float32Array.from(scores, (score) => score + add);
    const m = Math.max(...x);
    const exp = x.map(Math.exp); // rounded to float32, as a kernel has it
    const sum = exp.reduce((a, b) => Math.fround(a + b), 0);
    const naive = exp.map((e) => e / sum);
    const stable = softmax(x);
    rows.replaceChildren(
      ...Array.from(x, (xi, i) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, float(xi, 2)),
          number(exp[i], float),
          number(naive[i], share),
          number(xi - m, (d) => float(d, 2)),
          number(stable[i], share),
        ),
      ),
    );
    const broken = naive.some((p, i) => !(Math.abs(p - stable[i]) <= 1e-5));
    verdict.classList.toggle("broken", broken);
    say(
      verdict,
      broken
        ? `The sum of the naive form is ${float(sum)}: its shares are wrong. Those on the right are the same as before.`
        : `The sum of the naive form is ${float(sum)}: both forms agree. Float32 ends at 3.4e+38, which is exp(88.7).`,
    );
  });
  return h(
    "section",
    { class: "part" },
    h("h2", {}, "Why subtract the maximum?"),
    h(
      "p",
      {},
      "The same number added to every score changes no share: exp(x + c) / Σ exp(x + c) is exp(x) / Σ exp(x). But exp overflows. " +
        "With the maximum subtracted no exponent is above 0, and nothing can. At temperature 1:",
    ),
    h("form", { class: "controls one" }, slider(state, "add", "Added to every score")),
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Naive and stable softmax" },
      h(
        "table",
        { class: "numbers" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ...["x", "exp(x)", "exp(x) / Σ", "x − max", "softmax"].map((name) => h("th", { scope: "col" }, name)),
          ),
        ),
        rows,
      ),
    ),
    verdict,
    code(state, "The stable one", () => {
      const { scores, add } = state.values;
      return [
        'import { softmax } from "softmax-wasm";',
        `const x = new Float32Array([${scores
          .map((x) => Math.fround(x + add))
          .map((x) => Number(x.toPrecision(9)))
          .join(", ")}]);`,
        "softmax(x);",
      ];
    }),
  );
}

const number = (value: number, shown: (value: number) => string): HTMLElement =>
  h("td", { class: Number.isFinite(value) ? "" : "broken" }, shown(value));
