/**
 * Calls on shared memory that changes meanwhile: another thread writes to it, or, at times that the seed decides, we do. Results
 * may be nonsense, but every index is in range, nothing but the outputs is written to, no error is the engine's, and the next
 * call on private memory has the bits it always had.
 *
 * With a thread the seed decides which calls are made, not when it writes: a find may take a few runs to come again.
 */
import fc from "fast-check";
import type { Backend } from "../../../src/index";
import { changedBits, lengthened, outOfRange, rememberBits, told } from "./aftermath";
import { type ArraySpec, BYTES as ELEMENT, LISTS } from "./arrays";
import type { CallSpec, Fuzzed } from "./calls";
import { FUZZED } from "./functions";
import type { Kind } from "./kind";
import { ChangesWhenCopied, type Live, MOODS, type Mood } from "./live";
import { TYPES } from "./ownClasses";
import { namedBy } from "./take";
import { World } from "./world";
import { WriterThread } from "./writerThread";

const BYTES = 1 << 19;
let thread: WriterThread | undefined;
const writer = (): Live => {
  thread ??= new WriterThread(BYTES);
  return thread;
};

const changing = new ChangesWhenCopied(BYTES);

const OUTPUTS = ["out", "lse", "weights", "support", "outA", "lseA"];

type View = new (buffer: ArrayBufferLike, from: number, length: number) => ArrayBufferView;

interface Drawn {
  readonly fuzzed: Fuzzed;
  readonly spec: CallSpec;
  /** Inputs that the other thread writes to. */
  readonly live: readonly string[];
  readonly bytes: number;
  readonly times: number;
  readonly mood: Mood;
  readonly seed: number;
}

const drawn: fc.Arbitrary<Drawn> = fc
  .oneof(
    { weight: 1, arbitrary: fc.constantFrom(...FUZZED) },
    { weight: 1, arbitrary: fc.constantFrom(...FUZZED.filter(({ positional }) => positional[0] === "logits")) },
  )
  .chain((fuzzed) =>
    fc
      .record({
        fuzzed: fc.constant(fuzzed),
        spec: lengthened(fuzzed),
        live: fc.subarray([...fuzzed.positional, "mask", "bias", "alibi", "sinks", "keyLengths"], { minLength: 1 }),
        bytes: fc.constantFrom(65536, 65536, 262144, 8388608),
        times: fc.constantFrom(1, 3, 30),
        seed: fc.nat(9999),
        mood: fc.constantFrom(...(Object.keys(MOODS) as Mood[])),
      })
      .map((of) => ({
        ...of,
        [fc.toStringMethod]: () =>
          `${fuzzed.name} ${fc.stringify([of.spec, of.live, of.bytes, of.times, of.mood, of.seed])}`,
      })),
  );

/** An array on the memory that the other thread writes to. */
function onLiveMemory({ memory }: Live, { type, length, offset }: ArraySpec, at: number): unknown {
  const from = Math.ceil(at / 4) * 4 + ELEMENT[type] * offset;
  if (from + ELEMENT[type] * length > BYTES) return undefined;
  return new (TYPES[type] as View)(memory, from, length);
}

function judge(backend: Backend, memory: Live, { fuzzed, spec, live, bytes, times, mood, seed }: Drawn): void {
  const world = new World(backend, bytes, 0);
  rememberBits(world);

  const all: Record<string, unknown> = { ...spec.options };
  let at = 0;
  for (const [name, array] of Object.entries(spec.arrays)) {
    if (array === undefined) continue;
    const isLive =
      live.includes(name) && !OUTPUTS.includes(name) && !(LISTS as readonly string[]).includes(array.memory);
    const view = isLive ? onLiveMemory(memory, array, at) : undefined;
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

  const { copies } = changing;
  let returned = 0;
  for (let n = 0; n < times; n++) {
    new Float32Array(memory.memory, 0, Math.min(at, BYTES) >> 2).forEach((_, i, x) => {
      x[i] = (i % 97) / 16;
    });
    let result: unknown;
    try {
      result = memory.during(mood, seed + n, `${label}: ${fc.stringify([spec, live, bytes])}`, () => call(...args));
      returned++;
    } catch (error) {
      const ours = namedBy(error, fuzzed.name) !== undefined;
      if (!ours) throw new Error(`${label} threw ${told(error, world)}`, { cause: error });
    }
    const length = (world.plain(positional[0]) as ArrayLike<number>).length;
    const wrong = result === undefined ? undefined : outOfRange(fuzzed.name, result, length);
    if (wrong !== undefined) throw new Error(`${label} ${wrong}`);
    const damage = world.damage(outputs as ArrayBufferView[]);
    if (damage !== undefined) throw new Error(`${label}: ${damage}`);
  }
  const long =
    fuzzed.positional[0] === "logits" && fuzzed.name !== "logProbs" && live.includes("logits") && at > 4 * 4096;
  if (memory === changing && long && returned > 0 && changing.copies === copies) {
    throw new Error(`${label} copies without Float32Array.prototype.set: memory that changes then is not seen`);
  }
  const other = changedBits(world);
  if (other !== undefined) throw new Error(`after ${label} a call on private memory has other bits: ${other}`);
}

const kind = (name: string, runs: number, memory: () => Live): Kind => ({
  name,
  runs,
  shares: 2,
  property: (backend) => fc.property(drawn, (d) => World.onNewAfterwards(() => judge(backend, memory(), d))),
});

export const writingThread: Kind = kind("memory that another thread writes", 15, writer);

export const changingMemory: Kind = kind("memory that changes when it is copied", 15, () => changing);
