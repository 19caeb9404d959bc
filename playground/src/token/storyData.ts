/** The logits of a story and the words of its tokens: examples/data/README.md describes them. */
export const STEPS = 64;
export const VOCABULARY = 512;

export interface Story {
  /** [VOCABULARY]: the logits after the first `step` tokens */
  row(step: number): Float32Array;
  /** the likeliest token of each step: what the story says */
  readonly said: readonly number[];
  /** what a token spells, with the space before it */
  word(token: number): string;
}

let loading: Promise<Story> | undefined;

/** The files are asked for once, when the page begins, and the story is kept. */
export function loadStory(): Promise<Story> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Story> {
  const [logitsFile, wordsFile] = await Promise.all([
    fetched(new URL("../../../examples/data/stories-logits.f32", import.meta.url)),
    fetched(new URL("../../../examples/data/stories-words.json", import.meta.url)),
  ]);
  const logits = new Float32Array(await logitsFile.arrayBuffer());
  const words: Record<string, string> = await wordsFile.json();
  const row = (step: number): Float32Array => logits.subarray(step * VOCABULARY, (step + 1) * VOCABULARY);
  return {
    row,
    said: Array.from({ length: STEPS }, (_, step) => row(step).indexOf(Math.max(...row(step)))),
    word: (token) => words[token] ?? `<0x${(token - 3).toString(16).toUpperCase().padStart(2, "0")}>`,
  };
}

async function fetched(address: URL): Promise<Response> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response;
}
