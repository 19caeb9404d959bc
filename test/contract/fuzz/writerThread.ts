/**
 * A thread that writes to shared memory without pause, as another part of a program may. It also watches the clock: a call on memory
 * that changes must end, and one that does not is named and ended together with the process.
 */
import { Worker } from "node:worker_threads";
import { type Live, MOODS, type Mood } from "./live";

/** Words of control: run, ready, when the call began (ms, 0 for none), length of its description, what to write. */
const RUN = 0;
const READY = 1;
const BEGAN = 2;
const LENGTH = 3;
const MOOD = 4;
const CONTROL_WORDS = 5;
const TEXT_BYTES = 16384;
const LIMIT_MS = 20_000;

/** Plain JavaScript: a worker of a test has no TypeScript. */
const CODE = `
const { workerData: { memory, control, text, limit } } = require("node:worker_threads");
const { writeSync } = require("node:fs");
const words = new Int32Array(control);
const f32 = new Float32Array(memory);
const u16 = new Uint16Array(memory);
const u32 = new Uint32Array(memory);
const n = f32.length;
const fills = [
  (i) => Math.random() * 8 - 4,
  (i) => -i,
  (i) => i,
  () => 0,
  () => 1e-40,
  () => 3e38,
  () => -3e38,
  () => Infinity,
  () => -Infinity,
  (i) => (i & 255 ? 1 : Infinity),
  () => NaN,
];
const most = [6, 10, 11];
/** Bits of 16 that are finite in both formats; infinite in one of them, NaN in the other or none; any. */
const halves = [
  () => 0x2000 + ((Math.random() * 0x4000) | 0) + (Math.random() < 0.5 ? 0x8000 : 0),
  () => [0x7c00, 0x7f80, 0xfc00, 0xff80, 0x4200, 0][(Math.random() * 6) | 0],
  () => (Math.random() * 65536) | 0,
];
Atomics.store(words, ${READY}, 1);
Atomics.notify(words, ${READY});
for (let round = 0; ; round++) {
  if (Atomics.load(words, ${RUN}) === 0) {
    Atomics.wait(words, ${RUN}, 0, 1000);
    continue;
  }
  const mood = Atomics.load(words, ${MOOD});
  const fill = fills[(Math.random() * most[mood]) | 0];
  const from = Math.random() < 0.5 ? 0 : (Math.random() * n) | 0;
  const to = Math.min(n, from + 1 + ((Math.random() * (Math.random() < 0.5 ? 300 : n)) | 0));
  if (mood === 2 && Math.random() < 0.2) for (let i = from; i < to; i++) u32[i] = Math.random() * 4294967296;
  else if (Math.random() < 0.3) {
    const half = halves[(Math.random() * (mood + 1)) | 0];
    for (let i = 2 * from; i < 2 * to; i++) u16[i] = half();
  } else for (let i = from; i < to; i++) f32[i] = fill(i);
  const call = Atomics.load(words, ${BEGAN});
  if (call === 0) continue;
  const now = (Date.now() & 0x3fffffff) | 1;
  if (now - call < limit) continue;
  const length = Atomics.load(words, ${LENGTH});
  writeSync(2, "a call does not end: " + Buffer.from(new Uint8Array(text, 0, length)).toString() + "\\n");
  process.kill(process.pid, "SIGKILL");
}
`;

export class WriterThread implements Live {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #text: Uint8Array;
  readonly #worker: Worker;

  constructor(bytes: number) {
    this.memory = new SharedArrayBuffer(bytes);
    const control = new SharedArrayBuffer(4 * CONTROL_WORDS);
    const text = new SharedArrayBuffer(TEXT_BYTES);
    this.#words = new Int32Array(control);
    this.#text = new Uint8Array(text);
    this.#worker = new Worker(CODE, {
      eval: true,
      workerData: { memory: this.memory, control, text, limit: LIMIT_MS },
    });
    this.#worker.unref();
    if (Atomics.wait(this.#words, READY, 0, 30_000) === "timed-out")
      throw new Error("the writing thread does not start");
  }

  during<T>(mood: Mood, _seed: number, label: string, call: () => T): T {
    Atomics.store(this.#words, MOOD, MOODS[mood]);
    const { written } = new TextEncoder().encodeInto(label, this.#text);
    Atomics.store(this.#words, LENGTH, written ?? 0);
    Atomics.store(this.#words, BEGAN, (Date.now() & 0x3fffffff) | 1);
    Atomics.store(this.#words, RUN, 1);
    Atomics.notify(this.#words, RUN);
    try {
      return call();
    } finally {
      Atomics.store(this.#words, BEGAN, 0);
      Atomics.store(this.#words, RUN, 0);
    }
  }
}
