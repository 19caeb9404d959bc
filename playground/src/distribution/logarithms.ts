/** log-softmax, beside the logarithm of softmax. */
import { logSoftmax, softmax } from "softmax-wasm";
import { code } from "../page/code";
import { slider } from "../page/controls";
import { h, say } from "../page/dom";
import { float, share } from "../page/format";
import type { DistributionState } from "./view";

export function logarithms(state: DistributionState): HTMLElement {
  const rows = h("tbody");
  const verdict = h("p", { class: "verdict", "aria-live": "polite" });
  state.drawn(() => {
    const { scores, times } = state.values;
    const x = Float32Array.from(scores, (score) => score * times);
    const p = softmax(x);
    const logs = logSoftmax(x);
    const apart = Array.from(p, (share, i) => Math.abs(Math.log(share) - logs[i]));
    rows.replaceChildren(
      ...Array.from(x, (xi, i) => {
        const log = Math.log(p[i]);
        const wrong = !(apart[i] <= 1e-5 * Math.max(1, Math.abs(logs[i])));
        return h(
          "tr",
          {},
          h("th", { scope: "row" }, float(xi, 2)),
          h("td", {}, share(p[i])),
          h("td", { class: wrong ? "broken" : "" }, float(log)),
          h("td", {}, float(logs[i])),
        );
      }),
    );
    const lost = p.filter((share) => share === 0).length;
    verdict.classList.toggle("broken", lost > 0);
    say(
      verdict,
      lost > 0
        ? `${lost} of ${p.length} shares are too small for float32: their logarithm is lost. logSoftmax never makes the share.`
        : `All shares are floats above 0: the two are at most ${float(Math.max(...apart), 7)} apart.`,
    );
  });
  return h(
    "section",
    { class: "part" },
    h("h2", {}, "Why is log-softmax a function of its own?"),
    h(
      "p",
      {},
      "A loss or a text's score needs the logarithm of a share. The share of a score far below the maximum rounds to 0, and its logarithm is " +
        "gone. logSoftmax subtracts instead of dividing: x − log Σ exp x.",
    ),
    h("form", { class: "controls one" }, slider(state, "times", "Every score times")),
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Logarithms of shares" },
      h(
        "table",
        { class: "numbers" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ...["x", "softmax", "log of softmax", "logSoftmax"].map((name) => h("th", { scope: "col" }, name)),
          ),
        ),
        rows,
      ),
    ),
    verdict,
    code(state, "The exact one", () => {
      const { scores, times } = state.values;
      const x = scores.map((score) => Number((score * times).toPrecision(9)));
      return [
        'import { logSoftmax } from "softmax-wasm";',
        `const x = new Float32Array([${x.join(", ")}]);`,
        "logSoftmax(x);",
      ];
    }),
  );
}
