/** From real logits to the next word of a story. */
import { code, options } from "../page/code";
import { slider, toggle, typed } from "../page/controls";
import { h, say } from "../page/dom";
import { percent, visible } from "../page/format";
import type { View } from "../page/view";
import { candidateTable } from "./candidates";
import { ALL, DRAWS, FIELDS, given, outcomeOf, type TokenState } from "./choice";
import { loadStory, type Story, VOCABULARY } from "./storyData";

function show(place: HTMLElement, state: TokenState): undefined {
  const told = h("p", { class: "told" });
  const verdict = h("p", { class: "verdict", "aria-live": "polite" });
  const drawn = h("p", { class: "drawn", "aria-live": "polite" });
  const table = candidateTable();
  let story: Story | undefined;

  function draw(): void {
    if (story === undefined) return;
    const outcome = outcomeOf(state.values, story);
    told.replaceChildren(...storySoFar(story, state.values.step));
    table.fill(outcome, state.values);
    const one = outcome.survivors === 1 ? "1 token is" : `${outcome.survivors} tokens are`;
    say(verdict, `${one} left of ${VOCABULARY}, with ${percent(outcome.share)} of the probability.`);
    const { draws, seed } = state.values;
    say(
      drawn,
      outcome.drawn === undefined
        ? "Nothing drawn yet."
        : `Draw ${draws} of seed ${seed}: “${visible(story.word(outcome.drawn.index))}”, which had ${percent(outcome.drawn.prob)}.`,
    );
  }
  state.drawn(draw);
  loadStory().then(
    (loaded) => {
      story = loaded;
      state.redraw();
    },
    (error: Error) => say(verdict, `The logits did not load: ${error.message}`),
  );

  place.append(
    h(
      "header",
      { class: "question" },
      h("h2", {}, "What do top‑k, top‑p and min‑p keep?"),
      h(
        "p",
        {},
        "A language model gives every token a score, the logit. Real ones are here: of a small model, after each word of a story. " +
          "Top-k keeps a number of tokens, top-p a share of the probability, min-p what is not too far behind the first.",
      ),
    ),
    told,
    h(
      "form",
      { class: "controls", "aria-label": "Sampling", submit: (event) => event.preventDefault() },
      ...controls(state),
    ),
    h("div", { class: "draws" }, ...buttons(state), drawn),
    verdict,
    table.element,
    code(state, "Three lines compute this", () => lines(state, story)),
  );
  return undefined;
}

function controls(state: TokenState): HTMLElement[] {
  const off = (at: number) => (value: number) => (value === at ? "off" : value.toFixed(2));
  return [
    slider(state, "step", "Tokens of the story so far"),
    slider(state, "temperature", "Temperature", (t) => t.toFixed(2)),
    slider(state, "topK", "top-k", (k) => (k === ALL ? "off" : String(k))),
    slider(state, "topP", "top-p", off(1)),
    slider(state, "minP", "min-p", off(0)),
    slider(state, "repetition", "Repetition penalty", off(1)),
    slider(state, "frequency", "Frequency penalty", off(0)),
    slider(state, "presence", "Presence penalty", off(0)),
    typed(state, "seed", "Seed"),
    h("div", { class: "toggles" }, toggle(state, "last", "Temperature last")),
  ];
}

function buttons(state: TokenState): HTMLElement[] {
  return [
    h(
      "button",
      { type: "button", class: "main", click: () => state.set({ draws: Math.min(DRAWS, state.values.draws + 1) }) },
      "Draw a token",
    ),
    h("button", { type: "button", click: () => state.set({ draws: 0 }) }, "Begin again"),
    toggle(state, "thousand", `Draw ${DRAWS} and count`),
  ];
}

/** More would make the page move when the story grows. */
const SHOWN = 100;

/** The end of the story, and where the next token comes. */
function storySoFar(story: Story, step: number): (HTMLElement | string)[] {
  const text = story.said
    .slice(0, step)
    .map((token) => story.word(token))
    .join("")
    .trimStart();
  const end = text.length <= SHOWN ? text : `… ${text.slice(text.indexOf(" ", text.length - SHOWN) + 1)}`;
  return [end, h("span", { class: "next", "aria-label": "the next token" }, "?")];
}

function lines(state: TokenState, story: Story | undefined): string[] {
  const { penalties, ...others } = story === undefined ? {} : given(state.values, story);
  const { tokens, ...amounts } = penalties ?? {};
  const edits =
    tokens &&
    `{ tokens: [${tokens}]${options(amounts).replace(/^, \{ | \}$/g, (part) => (part[0] === "," ? ", " : ""))} }`;
  return [
    'import { sample, seeded } from "softmax-wasm";',
    `const random = seeded(${state.values.seed}); // the same draws in every run`,
    `sample(logits${options({ ...others, penalties: edits, random: "random" })});`,
  ];
}

export const tokenView: View<typeof FIELDS> = { id: "token", fields: FIELDS, show };
