/** The page: a dot that moves as long as this thread is free, and attention in a pool of workers or on this thread. */
import { attention } from "softmax-wasm";
import { createPool } from "softmax-wasm/pool";

const HEADS = 8;
const HEAD_DIM = 64;
const OPTIONS = { heads: HEADS, headDim: HEAD_DIM, causal: true };

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const length = element<HTMLSelectElement>("length");
const inPool = element<HTMLButtonElement>("inPool");
const here = element<HTMLButtonElement>("here");
const stop = element<HTMLButtonElement>("stop");
const progress = element<HTMLProgressElement>("progress");
const status = element("status");
const bits = element("bits");

let frames = 0;
function frame(now: number): void {
  frames++;
  element("dot").style.setProperty("--place", String((1 - Math.cos(now / 600)) / 2));
  requestAnimationFrame(frame);
}
requestAnimationFrame(frame);

const pool = await createPool();
const { kind, reason, threads } = pool.mode;
element("mode").textContent =
  `${threads} at once, on the backend "${pool.backend}"; memory is "${kind}"${reason && `: ${reason}`}.`;

/** Queries, keys and values in the pool's memory, of the length that is chosen, and the results that there are of them. */
let [q, k, v]: Float32Array[] = [];
let results: { inPool?: Float32Array; here?: Float32Array } = {};

function fill(): void {
  pool.free();
  [q, k, v] = [0, 1, 2].map(() => {
    const x = pool.alloc(HEADS * Number(length.value) * HEAD_DIM);
    for (let i = 0; i < x.length; i++) x[i] = 2 * Math.random() - 1;
    return x;
  });
  results = {};
  bits.textContent = "";
}

function compare(): void {
  const [one, other] = [results.inPool, results.here];
  if (one === undefined || other === undefined) return;
  const words = new Uint32Array(other.buffer, other.byteOffset, other.length);
  const same = new Uint32Array(one.buffer, one.byteOffset, one.length).every((word, i) => word === words[i]);
  bits.textContent = same ? "Both results have the same bits." : "The results differ.";
}

function setRunning(running: boolean): void {
  for (const control of [inPool, here, length]) control.disabled = running;
  stop.disabled = !running;
}

/** Runs it, and says how long it took and how many frames were drawn meanwhile. */
async function watch(run: () => Promise<void>): Promise<void> {
  setRunning(true);
  progress.value = 0;
  status.textContent = "Computing.";
  for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame); // until that is seen
  const before = { frames, time: performance.now() };
  try {
    await run();
    const taken = Math.round(performance.now() - before.time);
    status.textContent = `Done in ${taken} ms. Frames drawn meanwhile: ${frames - before.frames}.`;
    compare();
  } catch (error) {
    status.textContent = (error as Error).name === "AbortError" ? "Stopped." : `It failed: ${error}`;
  }
  setRunning(false);
}

let stopping = new AbortController();
inPool.addEventListener("click", () => {
  stopping = new AbortController();
  const { signal } = stopping;
  const onProgress = (done: number, total: number): void => {
    progress.value = done / total;
  };
  return watch(async () => {
    results.inPool = await pool.attention(q, k, v, OPTIONS, { signal, onProgress });
  });
});
here.addEventListener("click", () =>
  watch(async () => {
    results.here = attention(q, k, v, OPTIONS);
    progress.value = 1;
  }),
);
stop.addEventListener("click", () => stopping.abort());
length.addEventListener("change", fill);

fill();
setRunning(false);
status.textContent = "Ready.";
