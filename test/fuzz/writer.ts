/**
 * Calls on shared memory while another thread writes to it. What comes of them may be nonsense, but every index is in range,
 * nothing but the outputs is written to, no error is the engine's, and the next call on private memory has the bits it always had.
 *
 * The seed decides which calls are made, not when the other thread writes: a find may take a few runs to come again.
 */
import fc from "fast-check";
import type { Backend, Runtime, SampleResult, TopKResult } from "../../src/index";
import { type Arrays, argumentsOf, copies, EVERY_CALL, run, written } from "../everyCall";
import type { ArraySpec } from "./arrays";
import type { CallSpec, Fuzzed } from "./calls";
import { FUZZED } from "./functions";
import type { Kind } from "./kind";
import { namedBy } from "./take";
import { World } from "./world";
import { MOODS, type Mood, WriterThread } from "./writerThread";

const BYTES = 1 << 19;
let thread: WriterThread | undefined;
const writer = (): WriterThread => {
  thread ??= new WriterThread(BYTES);
  return thread;
};

const OUTPUTS = ["out", "lse", "weights", "support", "outA", "lseA"];
const SIZES = { f32: 4, u8: 1, u32: 4, i32: 4 };
const VIEWS = { f32: Float32Array, u8: Uint8Array, u32: Uint32Array, i32: Int32Array };

type View = new (buffer: ArrayBufferLike, from: number, length: number) => ArrayBufferView;

interface Drawn {
  readonly fuzzed: Fuzzed;
  readonly spec: CallSpec;
  /** Inputs that the other thread writes to. */
  readonly live: readonly string[];
  readonly bytes: number;
  readonly times: number;
  readonly mood: Mood;
}

/** Long rows take several passes, and those are what another thread can come between. */
const longer = fc.oneof(fc.constant(0), fc.integer({ min: 4000, max: 60_000 }));

const lengthened = ({ arrays, options }: CallSpec, n: number): CallSpec => {
  const { logits, mask } = arrays;
  if (logits === undefined || n === 0) return { arrays, options };
  const bits = mask && { ...mask, length: mask.type === "u8" ? n : Math.ceil(n / 32) };
  const topK = options.topK === undefined ? {} : { topK: 1 + (((options.topK as number) * 37) % n) };
  const k = options.k === undefined ? {} : { k: 1 + (((options.k as number) * 37) % n) };
  return { arrays: { logits: { ...logits, length: n }, mask: bits }, options: { ...options, ...topK, ...k } };
};

const drawn: fc.Arbitrary<Drawn> = fc
  .oneof(
    { weight: 1, arbitrary: fc.constantFrom(...FUZZED) },
    { weight: 1, arbitrary: fc.constantFrom(...FUZZED.filter(({ positional }) => positional[0] === "logits")) },
  )
  .chain((fuzzed) =>
    fc
      .record({
        fuzzed: fc.constant(fuzzed),
        spec: fc.tuple(fuzzed.calls, longer).map(([spec, n]) => lengthened(spec, n)),
        live: fc.subarray([...fuzzed.positional, "mask", "bias", "alibi", "sinks", "keyLengths"], { minLength: 1 }),
        bytes: fc.constantFrom(65536, 65536, 262144, 8388608),
        times: fc.constantFrom(1, 3, 30),
        mood: fc.constantFrom(...(Object.keys(MOODS) as Mood[])),
      })
      .map((of) => ({
        ...of,
        [fc.toStringMethod]: () => `${fuzzed.name} ${fc.stringify([of.spec, of.live, of.bytes, of.times, of.mood])}`,
      })),
  );

/** What each function gives on ordinary arrays, of a runtime that has seen nothing else yet. */
const usual = new Map<string, string>();

/** A hash of the bits of every call on private arrays, small ones and ones that stream. */
function bitsOf(runtime: Runtime): string {
  runtime.free(); // sums may be split elsewhere where the workspace is another
  const hashes: string[] = [];
  for (const call of EVERY_CALL) {
    for (const floats of [24, 6000]) {
      const arrays: Arrays = copies(privateArrays(call.name, floats));
      const made = written(call, arrays, run(runtime, call, argumentsOf(call, arrays, floats)));
      let hash = -2128831035; // FNV-1a
      for (const { buffer, byteOffset, byteLength } of Object.values(made)) {
        for (const byte of new Uint8Array(buffer, byteOffset, byteLength)) hash = Math.imul(hash ^ byte, 16777619);
      }
      hashes.push(`${call.name} of ${floats}: ${hash}`);
    }
  }
  return hashes.join("\n");
}

const kept = new Map<string, Arrays>();
function privateArrays(name: string, floats: number): Arrays {
  const key = `${name} ${floats}`;
  const arrays = kept.get(key) ?? EVERY_CALL.find((call) => call.name === name)?.arrays(floats) ?? {};
  kept.set(key, arrays);
  return arrays;
}

/** An array on the memory that the other thread writes to. */
function onLiveMemory({ type, length, offset }: ArraySpec, at: number): unknown {
  const from = Math.ceil(at / 4) * 4 + SIZES[type] * offset;
  if (from + SIZES[type] * length > BYTES) return undefined;
  return new (VIEWS[type] as View)(writer().memory, from, length);
}

/** What is out of range in a result. */
function outOfRange(name: string, result: unknown, n: number): string | undefined {
  const within = (i: number): boolean => Number.isInteger(i) && i >= 0 && i < n;
  if (name === "sample") {
    const { index } = result as SampleResult;
    return within(index) ? undefined : `draws token ${index} of ${n}`;
  }
  if (name !== "topK") return undefined;
  const { indices, logProbs } = result as TopKResult;
  if (indices.length !== logProbs.length || indices.length > n) return `lists ${indices.length} tokens of ${n}`;
  const wrong = indices.find((i) => !within(i));
  return wrong === undefined ? undefined : `lists token ${wrong} of ${n}`;
}

function judge(backend: Backend, { fuzzed, spec, live, bytes, times, mood }: Drawn): void {
  const world = new World(backend, bytes, 0);
  const key = `${backend} ${bytes}`;
  if (!usual.has(key)) usual.set(key, bitsOf(world.runtime));

  const all: Record<string, unknown> = { ...spec.options };
  let at = 0;
  for (const [name, array] of Object.entries(spec.arrays)) {
    if (array === undefined) continue;
    const isLive =
      live.includes(name) && !OUTPUTS.includes(name) && !["list", "object", "float64"].includes(array.memory);
    const view = isLive ? onLiveMemory(array, at) : undefined;
    if (view !== undefined) at += 4 * array.length + 64;
    all[name] = view ?? world.array({ ...array, alias: undefined }, all);
  }
  world.remember();
  const positional = fuzzed.positional.map((name) => all[name]);
  const given = fuzzed.options.filter((name) => name in all).map((name) => [name, all[name]]);
  const args = [...positional, Object.fromEntries(given)];
  const call = world.runtime[fuzzed.name] as (...args: readonly unknown[]) => unknown;
  const outputs = OUTPUTS.map((name) => world.plain(all[name])).filter((value) => ArrayBuffer.isView(value));
  const label = `${fuzzed.name} on ${backend}`;

  for (let n = 0; n < times; n++) {
    new Float32Array(writer().memory, 0, Math.min(at, BYTES) >> 2).forEach((_, i, x) => {
      x[i] = (i % 97) / 16;
    });
    let result: unknown;
    try {
      result = writer().during(mood, `${label}: ${fc.stringify([spec, live, bytes])}`, () => call(...args));
    } catch (error) {
      const ours = namedBy(error, fuzzed.name) !== undefined;
      const cause = { cause: error };
      if (!ours) throw new Error(`${label} threw ${String(error)}, ${(error as Error).stack?.split("\n")[1]}`, cause);
    }
    const length = (world.plain(positional[0]) as ArrayLike<number>).length;
    const wrong = result === undefined ? undefined : outOfRange(fuzzed.name, result, length);
    if (wrong !== undefined) throw new Error(`${label} ${wrong}`);
    const damage = world.damage(outputs as ArrayBufferView[]);
    if (damage !== undefined) throw new Error(`${label}: ${damage}`);
  }
  const [before, after] = [usual.get(key) as string, bitsOf(world.runtime)].map((bits) => bits.split("\n"));
  const other = after.find((hash, i) => hash !== before[i]);
  if (other !== undefined) throw new Error(`after ${label} a call on private memory has other bits: ${other}`);
}

export const liveMemory: Kind = {
  name: "memory that another thread writes",
  runs: 40,
  shares: 3,
  property: (backend) => fc.property(drawn, (what) => judge(backend, what)),
};
