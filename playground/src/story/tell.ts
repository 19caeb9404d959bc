/** The worker that writes: the model of examples/llama on a runtime of its own. */
import { createRuntime, seeded } from "softmax-wasm";
import { Llama } from "../../../examples/llama/llama.mjs";
import { Tokenizer } from "../../../examples/llama/tokenizer.mjs";
import type { Task, Told } from "./messages";

/** The page is told this often: as often as a screen draws. */
const EVERY_MS = 16;
const HEAP_BYTES = 256 << 20;

/** What examples/llama, in JavaScript, does not say of itself. */
interface Model {
  readonly vocabulary: number;
  readonly positions: number;
  steps(prompt: number[], options: object): Iterable<{ tokens: number[]; drafted: number; accepted: number }>;
}

export function tell(): void {
  addEventListener("message", ({ data }: MessageEvent<Task>) => {
    try {
      write(data, (told) => postMessage(told));
    } catch (error) {
      postMessage({ failed: (error as Error).message });
    }
  });
}

function write(task: Task, told: (message: Told) => void): void {
  const runtime = createRuntime({ heapBytes: HEAP_BYTES });
  const model = new Llama(new Uint8Array(task.model), runtime) as unknown as Model;
  const tokenizer = new Tokenizer(new Uint8Array(task.tokenizer), model.vocabulary);
  const prompt = tokenizer.encode(task.prompt) as number[];
  if (!(prompt.length <= model.positions)) {
    throw new RangeError(`the prompt is ${prompt.length} tokens long, and the model has ${model.positions} positions`);
  }
  const { temperature, draft, steps, seed } = task;
  const random = seeded(seed);
  const topP = task.topP < 1 ? task.topP : undefined;
  const decoder = new TextDecoder();
  const counts = { tokens: 0, drafted: 0, accepted: 0 };
  let before = prompt[prompt.length - 1];
  let text = "";
  const start = performance.now();
  let last = start;
  const report = (done: boolean): void => {
    last = performance.now();
    told({ text, ...counts, elapsed: last - start, done });
    text = "";
  };
  for (const step of model.steps(prompt, { temperature, topP, random, draft, steps })) {
    for (const token of step.tokens) {
      text += decoder.decode(tokenizer.decode(token, before), { stream: true });
      before = token;
    }
    counts.tokens += step.tokens.length;
    counts.drafted += step.drafted;
    counts.accepted += step.accepted;
    if (performance.now() - last >= EVERY_MS) report(false);
  }
  text += decoder.decode();
  report(true);
}
