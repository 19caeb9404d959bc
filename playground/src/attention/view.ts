/** Attention over a sentence: who looks at whom, and what each option does to it. */
import { code, options } from "../page/code";
import { choose, slider, toggle, typed } from "../page/controls";
import { h, say } from "../page/dom";
import { float } from "../page/format";
import type { View } from "../page/view";
import { heatMap } from "./heatMap";
import { type AttentionState, FIELDS, given, NO_SINK, weigh } from "./weights";
import { MOST_WORDS } from "./words";

function show(place: HTMLElement, state: AttentionState): undefined {
  const verdict = h("p", { class: "verdict", "aria-live": "polite" });
  state.drawn(() => {
    const { products, entropies, words } = weigh(state.values);
    if (words.length === 0) return say(verdict, "");
    const scale = state.values.root ? Math.sqrt(Number(state.values.width)) : 1;
    const deviation = Math.sqrt(products.reduce((s, x) => s + x * x, 0) / products.length) / scale;
    const mean = entropies.reduce((a, b) => a + b, 0) / entropies.length;
    say(
      verdict,
      `Scores are about ${float(deviation, 2)} in size; a word looks at ${float(Math.exp(mean), 1)} words, on average (e to the mean entropy).`,
    );
  });
  place.append(
    h(
      "header",
      { class: "question" },
      h("h2", {}, "Why divide by √d?"),
      h(
        "p",
        {},
        "A score is the product of a query and a key of d floats. Such products spread with √d, and softmax of widely spread scores " +
          "gives all to one key. Switch the division off, then make the vectors wider. The words' vectors here are made up, by a hash of " +
          "the word: no model learnt them.",
      ),
    ),
    h(
      "form",
      { class: "controls", "aria-label": "Attention", submit: (event) => event.preventDefault() },
      typed(state, "text", `Words, up to ${MOST_WORDS}`),
      choose(state, "width", "Width d of the vectors", {}),
      h("div", { class: "toggles" }, toggle(state, "root", "Divide by √d"), toggle(state, "causal", "Causal")),
      slider(state, "window", "Window", (w) => (w < MOST_WORDS ? `${w} to each side` : "no limit")),
      slider(state, "alibi", "ALiBi slope", (slope) => (slope > 0 ? slope.toFixed(2) : "off")),
      slider(state, "sink", "Logit of a sink", (logit) => (logit > NO_SINK ? float(logit) : "off")),
    ),
    heatMap(state),
    verdict,
    code(state, "Three lines compute this", () => {
      const n = weigh(state.values).words.length;
      const { alibi, sinks, ...others } = given(state.values);
      const floats = (array?: Float32Array): string | undefined =>
        array && `new Float32Array([${array.map((x) => x).join(", ")}])`;
      return [
        'import { attention } from "softmax-wasm";',
        `const weights = new Float32Array(${n} * ${n});`,
        `attention(q, k, v${options({ ...others, alibi: floats(alibi), sinks: floats(sinks), weights: "weights" })});`,
      ];
    }),
  );
  return undefined;
}

export const attentionView: View<typeof FIELDS> = { id: "attention", fields: FIELDS, show };
