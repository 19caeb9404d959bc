/** Scores to probabilities, in four ways; and what goes wrong in the naive ones. */
import { code, options } from "../page/code";
import { slider, typed } from "../page/controls";
import { h } from "../page/dom";
import { number, numbers, type State } from "../page/state";
import type { View } from "../page/view";
import { logarithms } from "./logarithms";
import { overflow } from "./overflow";
import { shares } from "./shares";

const FIELDS = {
  scores: numbers([2, 1.6, 1.2, 0.5, 0.1, -0.4, -1, -2], 12, 1e4),
  temperature: number(1, 0, 5, 0.05),
  alpha: number(1.5, 1, 2, 0.05),
  add: number(0, 0, 120, 1),
  times: number(1, 1, 60, 1),
};

export type DistributionState = State<typeof FIELDS>;

function show(place: HTMLElement, state: DistributionState): undefined {
  place.append(
    h(
      "header",
      { class: "question" },
      h("h2", {}, "What does temperature do?"),
      h(
        "p",
        {},
        "Softmax turns scores into shares of one. A low temperature gives more to the largest score, a high one evens them out; " +
          "at 0 the largest takes all. Softmax always leaves something for everyone. Sparsemax and entmax give exact zeros.",
      ),
    ),
    h(
      "form",
      { class: "controls", "aria-label": "Scores and temperature", submit: (event) => event.preventDefault() },
      typed(state, "scores", "Scores", "1 to 12 numbers, with commas or spaces between them"),
      slider(state, "temperature", "Temperature", (t) => t.toFixed(2)),
      slider(state, "alpha", "Alpha of entmax: 1 is softmax, 2 is sparsemax", (a) => a.toFixed(2)),
    ),
    shares(state),
    code(state, "Three lines compute this", () => {
      const { scores, temperature, alpha } = state.values;
      const given = options({ temperature: temperature === 1 ? undefined : temperature });
      return [
        'import { entmax, hardmax, softmax, sparsemax } from "softmax-wasm";',
        `const x = new Float32Array([${scores.join(", ")}]);`,
        `[softmax(x${given}), entmax(x${options({ alpha, temperature: temperature === 1 ? undefined : temperature })}), sparsemax(x${given}), hardmax(x)];`,
      ];
    }),
    overflow(state),
    logarithms(state),
  );
  return undefined;
}

export const distributionView: View<typeof FIELDS> = { id: "distribution", fields: FIELDS, show };
