/** A language model that writes in a worker of this page. */
import { code, options } from "../page/code";
import { slider, toggle, typed } from "../page/controls";
import { h, say } from "../page/dom";
import { flag, number, type State, text } from "../page/state";
import type { View } from "../page/view";
import { startWorker } from "../page/workers";
import type { Told, Written } from "./messages";
import { nonsense } from "./nonsense";
import { records } from "./records";

const FIELDS = {
  prompt: text("", 200),
  temperature: number(0, 0, 2, 0.05),
  topP: number(1, 0.05, 1, 0.01),
  seed: number(7, 0, 4294967295, 1),
  steps: number(256, 16, 512, 16),
  speculative: flag(false),
  draft: number(3, 1, 8, 1),
};
type StoryState = State<typeof FIELDS>;

/** Files that were picked stay while the page is open, also in other views. */
const files: { model?: ArrayBuffer; tokenizer?: ArrayBuffer; name?: string } = {};

function show(place: HTMLElement, state: StoryState): () => void {
  const page = h("p", { class: "page", tabindex: "0", role: "region", "aria-label": "The story" });
  const said = h("p", { class: "verdict", "aria-live": "polite" });
  const told = records();
  let worker: Worker | undefined;

  const start = h("button", { type: "button", class: "main", click: write }, "Write");
  const stop = h("button", { type: "button", disabled: true, click: () => end("Stopped.") }, "Stop");

  function ready(): void {
    if (worker !== undefined) return; // the next story is of these files
    start.disabled = files.model === undefined || files.tokenizer === undefined;
    const missing = files.model === undefined ? "a checkpoint and its tokenizer" : "the checkpoint's tokenizer";
    say(said, start.disabled ? `Pick ${missing}, or take the random one.` : `Ready: ${files.name}.`);
  }

  function end(why: string): void {
    worker?.terminate();
    worker = undefined;
    start.disabled = false;
    stop.disabled = true;
    say(said, why);
  }

  function write(): void {
    const { speculative, draft, ...task } = state.values;
    page.replaceChildren(h("b", {}, task.prompt));
    start.disabled = true;
    stop.disabled = false;
    say(said, "Writing.");
    const drafted = speculative ? draft : 0;
    worker = startWorker("story");
    worker.onmessage = ({ data }: MessageEvent<Told>) => {
      if ("failed" in data) return end(data.failed);
      page.append(data.text);
      told.show(drafted, data);
      if (data.done) end(summary(data));
    };
    worker.onerror = ({ message }) => end(`The worker failed: ${message}`);
    worker.postMessage({ ...task, draft: drafted, model: files.model, tokenizer: files.tokenizer });
  }

  place.append(
    h(
      "header",
      { class: "question" },
      h("h2", {}, "How does a softmax write a story?"),
      h(
        "p",
        {},
        "A model gives logits for the next token, softmax makes shares of them, one is drawn and read back, and so on. Speculative decoding " +
          "proposes several tokens at once, and keeps those that the model would have said: the same text in fewer steps.",
      ),
    ),
    h(
      "form",
      { class: "controls", "aria-label": "The story", submit: (event) => event.preventDefault() },
      picker("Checkpoint (.bin)", "model", ready),
      picker("Tokenizer (.bin)", "tokenizer", ready),
      typed(state, "prompt", "The story begins with"),
      slider(state, "temperature", "Temperature", (t) => (t === 0 ? "0: the likeliest" : t.toFixed(2))),
      slider(state, "topP", "top-p", (p) => (p === 1 ? "off" : p.toFixed(2))),
      slider(state, "steps", "Tokens at most"),
      typed(state, "seed", "Seed"),
      slider(state, "draft", "Tokens proposed at once"),
      h("div", { class: "toggles" }, toggle(state, "speculative", "Speculative decoding")),
      h(
        "p",
        { class: "note" },
        "Files of llama2.c: the smallest are stories260K.bin and tok512.bin of ",
        h(
          "a",
          { href: "https://huggingface.co/karpathy/tinyllamas/tree/main/stories260K", rel: "noreferrer" },
          "karpathy/tinyllamas",
        ),
        ". They are read here and sent nowhere.",
      ),
    ),
    h(
      "div",
      { class: "draws" },
      start,
      stop,
      h("button", { type: "button", click: takeNonsense }, "Take random weights"),
    ),
    page,
    said,
    told.element,
    code(state, "Three lines choose a token", () => {
      const { temperature, topP, seed, speculative } = state.values;
      const given = options({ temperature, topP: topP < 1 ? topP : undefined, random: "random" });
      return [
        `import { ${speculative ? "seeded, verifyDraft" : "sample, seeded"} } from "softmax-wasm";`,
        `const random = seeded(${seed});`,
        speculative
          ? `verifyDraft(logits, proposed${given}); // { accepted, index, … }`
          : `sample(logits${given}).index;`,
      ];
    }),
  );

  function takeNonsense(): void {
    Object.assign(files, nonsense(), { name: "random weights, which learnt nothing" });
    ready();
  }
  ready();
  return () => worker?.terminate();
}

function picker(label: string, kind: "model" | "tokenizer", picked: () => void): HTMLElement {
  const input = h("input", {
    type: "file",
    accept: ".bin",
    name: kind,
    change: async () => {
      const file = input.files?.[0];
      if (file === undefined) return;
      files[kind] = await file.arrayBuffer();
      if (kind === "model") files.name = file.name;
      picked();
    },
  });
  return h("label", { class: "control file" }, h("span", {}, label), input);
}

function summary({ tokens, elapsed, drafted, accepted }: Written): string {
  const speed = `${tokens} tokens, ${Math.round((1000 * tokens) / elapsed)} a second`;
  return drafted === 0 ? `${speed}.` : `${speed}; ${accepted} of ${drafted} proposed tokens accepted.`;
}

export const storyView: View<typeof FIELDS> = { id: "story", fields: FIELDS, show };
