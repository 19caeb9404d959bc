/** The package's backends against plain JavaScript, and against TensorFlow.js if wanted, in this browser. */
import { code, copyButton } from "../page/code";
import { choose, toggle } from "../page/controls";
import { h, say } from "../page/dom";
import { choice, flag, type State } from "../page/state";
import type { View } from "../page/view";
import { contendersOf } from "./contenders";
import { type Race, ROUNDS, type Standing, startRace } from "./race";
import { chart, heads, markdown } from "./results";
import { HEAD_DIM, HEADS, KINDS, type Kind, nameOf, SAMPLING, SIZES } from "./work";

const FIELDS = {
  work: choice<Kind>("softmax", KINDS),
  size: choice("medium", ["small", "medium", "large"]),
  pool: flag(true),
  tensorflow: flag(false),
};
type SpeedState = State<typeof FIELDS>;

const sizeOf = ({ work, size }: SpeedState["values"]): number => {
  const sizes = SIZES[work];
  return sizes[size === "small" ? 0 : size === "large" ? sizes.length - 1 : Math.floor(sizes.length / 2)];
};

function show(place: HTMLElement, state: SpeedState): () => void {
  const rows = h("tbody");
  const head = h("tr");
  const about = h("caption");
  const progress = h("progress", { max: 1, value: 0, "aria-label": "Progress" });
  const said = h("p", { class: "verdict", "aria-live": "polite" });
  let race: Race | undefined;
  let shown: { standings: readonly Standing[]; kind: Kind; size: number };

  const start = h("button", { type: "button", class: "main", click: run }, "Start");
  const cancel = h("button", { type: "button", disabled: true, click: () => race?.cancel() }, "Cancel");
  const copy = copyButton("Copy as Markdown", () => markdown(shown.standings, shown.kind, shown.size));

  const draw = (): void => rows.replaceChildren(...chart(shown.standings, shown.kind, shown.size));
  /** The contenders, before any of them ran. */
  function lineUp(): void {
    const { work: kind, pool, tensorflow } = state.values;
    const size = sizeOf(state.values);
    const standings = contendersOf(kind, pool, tensorflow).map(
      (contender): Standing => ({ contender, rounds: [], error: undefined, note: undefined, failed: undefined }),
    );
    shown = { standings, kind, size };
    head.replaceChildren(...heads(kind).map((name) => (name === "" ? h("td") : h("th", { scope: "col" }, name))));
    say(about, nameOf(kind, size));
    progress.value = 0;
    copy.disabled = true;
    say(
      said,
      `Each takes ${ROUNDS} rounds of 25 ms in a worker of its own, in turns. The bar is the median, the line its quartiles.`,
    );
    draw();
  }

  async function run(): Promise<void> {
    lineUp();
    const { kind, size } = shown;
    start.disabled = true;
    cancel.disabled = false;
    const running = startRace(contendersOf(kind, state.values.pool, state.values.tensorflow), kind, size, (part) => {
      progress.value = part;
      draw();
    });
    race = running;
    shown = { standings: running.standings, kind, size };
    say(said, "Running.");
    const finished = await running.finished;
    if (race !== running) return; // something else was chosen meanwhile
    race = undefined;
    start.disabled = false;
    cancel.disabled = true;
    copy.disabled = running.standings.every(({ rounds }) => rounds.length === 0);
    draw();
    say(said, finished ? "Done." : "Cancelled.");
  }

  state.drawn(() => {
    race?.cancel();
    race = undefined;
    start.disabled = false;
    cancel.disabled = true;
    lineUp();
  });

  place.append(
    h(
      "header",
      { class: "question" },
      h("h2", {}, "How much faster is WebAssembly than JavaScript?"),
      h(
        "p",
        {},
        "The same function in this browser, on this machine: as a plain loop, as this package's JavaScript, and as its WebAssembly, with and " +
          "without fused multiply-add. Each result is checked against float64 before it is timed.",
      ),
    ),
    h(
      "form",
      { class: "controls", "aria-label": "What is timed", submit: (event) => event.preventDefault() },
      choose(state, "work", "Function", { sample: "sample, from a vocabulary" }),
      choose(state, "size", "Size", {}),
      h(
        "div",
        { class: "toggles" },
        toggle(state, "pool", "A pool of threads: loads 0.2 MB from here"),
        toggle(state, "tensorflow", "TensorFlow.js too: loads 0.3 MB from here"),
      ),
    ),
    h("div", { class: "draws" }, start, cancel, copy, progress),
    h("table", { class: "race" }, about, h("thead", {}, head), rows),
    said,
    code(state, "Three lines make this call", () => lines(state.values.work, sizeOf(state.values))),
  );
  return () => race?.cancel();
}

function lines(kind: Kind, size: number): string[] {
  const { temperature, topK, topP } = SAMPLING;
  const calls: Record<Kind, string> = {
    softmax: "runtime.softmax(x, { out: x });",
    attention: `runtime.attention(q, k, v, { heads: ${HEADS}, headDim: ${HEAD_DIM} }); // ${size} queries and keys a head`,
    sample: `runtime.sample(logits, { temperature: ${temperature}, topK: ${topK}, topP: ${topP} });`,
  };
  return [
    'import { createRuntime } from "softmax-wasm";',
    'const runtime = createRuntime({ backend: "wasm" }); // else the best one',
    calls[kind],
  ];
}

export const speedView: View<typeof FIELDS> = { id: "speed", fields: FIELDS, show };
