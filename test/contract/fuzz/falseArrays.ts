/**
 * Arrays that are not what they say: of another length, of a buffer that changes them or calls the package whenever it is asked for.
 * The result may be nonsense; every index is in range, nothing but the outputs is written to, the next call is right.
 */
import fc from "fast-check";
import type { Backend } from "../../../src/index";
import { random } from "../../judge/random.mjs";
import { changedBits, lengthened, outOfRange, rememberBits, told } from "./aftermath";
import type { Values } from "./arrays";
import { type CallSpec, type Fuzzed, Mine, reenter } from "./calls";
import { FUZZED } from "./functions";
import type { Kind } from "./kind";
import { rewrite } from "./live";
import { LENGTHS, lieAboutLength, withBufferGetter } from "./ownClasses";
import { namedBy } from "./take";
import { World } from "./world";

interface LengthLie {
  readonly do: "length" | "byteLength";
  readonly what: string;
  readonly says: string;
}
interface BufferLie {
  readonly do: "rewrite" | "call" | "throw";
  readonly what: string;
  readonly seed: number;
}
type Lie = LengthLie | BufferLie;

interface Drawn {
  readonly fuzzed: Fuzzed;
  readonly spec: CallSpec;
  readonly lies: readonly Lie[];
  readonly bytes: number;
}

const OUTPUTS = ["out", "lse", "weights", "support", "outA", "lseA"];

const liesOf = ({ positional }: Fuzzed): fc.Arbitrary<Lie> => {
  const what = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...positional) },
    { weight: 1, arbitrary: fc.constantFrom("mask", "bias", "sinks", "keyLengths", "out", "support") },
  );
  const says = fc.constantFrom(...Object.keys(LENGTHS));
  const effects = ["rewrite", "rewrite", "rewrite", "call", "throw"] as const;
  return fc.oneof(
    fc.record({ do: fc.constantFrom("length" as const, "byteLength" as const), what, says }),
    fc.record({ do: fc.constantFrom(...effects), what, seed: fc.nat(99) }),
  );
};

const drawn: fc.Arbitrary<Drawn> = fc
  .oneof(fc.constantFrom(...FUZZED), fc.constantFrom(...FUZZED.filter(({ positional }) => positional[0] === "logits")))
  .chain((fuzzed) =>
    fc
      .record({
        fuzzed: fc.constant(fuzzed),
        spec: lengthened(fuzzed),
        lies: fc.array(liesOf(fuzzed), { minLength: 1, maxLength: 2 }),
        bytes: fc.constantFrom(65536, 65536, 262144),
      })
      .map((of) => ({
        ...of,
        [fc.toStringMethod]: () => `${fuzzed.name} ${fc.stringify([of.spec, of.lies, of.bytes])}`,
      })),
  );

function tell(world: World, lie: Lie, view: Values): void {
  if ("says" in lie) {
    lieAboutLength(view, lie.says, lie.do);
    return;
  }
  const next = random(lie.seed);
  let asked = 0;
  const plain = new (Object.getPrototypeOf(view).constructor)(view.buffer, view.byteOffset, view.length) as Values;
  withBufferGetter(view, () => {
    if (asked++ > 200) return;
    if (lie.do === "throw") throw new Mine();
    if (lie.do === "call") return reenter(world);
    rewrite(plain, next() < 0.8 ? "finite" : "any", next);
  });
}

function judge(backend: Backend, { fuzzed, spec, lies, bytes }: Drawn): void {
  const world = new World(backend, bytes, 0);
  rememberBits(world);
  const all: Record<string, unknown> = { ...spec.options };
  for (const [name, array] of Object.entries(spec.arrays)) {
    if (array === undefined) continue;
    const memory = array.memory === "class" || array.memory === "realm" ? "own" : array.memory;
    all[name] = world.array({ ...array, memory, alias: undefined }, all);
  }
  world.remember();
  // what an output is by itself, before it says anything else
  const outputs = OUTPUTS.map((name) => all[name])
    .filter((value): value is Values => ArrayBuffer.isView(value))
    .map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength));
  const rewritten: ArrayBufferView[] = [];
  const done = new Set<string>();
  const length = (all[fuzzed.positional[0]] as ArrayLike<number>).length;
  for (const lie of lies) {
    const view = all[lie.what];
    if (!ArrayBuffer.isView(view) || view instanceof Float64Array || done.has(lie.what)) continue;
    done.add(lie.what);
    const { buffer, byteOffset, byteLength } = view;
    if (lie.do === "rewrite") rewritten.push(new Uint8Array(buffer, byteOffset, byteLength));
    tell(world, lie, view as Values);
  }
  const positional = fuzzed.positional.map((name) => all[name]);
  const given = fuzzed.options.filter((name) => name in all).map((name) => [name, all[name]]);
  const call = world.runtime[fuzzed.name] as (...args: readonly unknown[]) => unknown;
  const label = `${fuzzed.name} on ${backend}`;
  let result: unknown;
  try {
    result = call(...positional, Object.fromEntries(given));
  } catch (error) {
    if (!(error instanceof Mine) && namedBy(error, fuzzed.name) === undefined) {
      throw new Error(`${label} threw ${told(error, world)}`, { cause: error });
    }
  }
  const wrong = result === undefined ? undefined : outOfRange(fuzzed.name, result, length);
  if (wrong !== undefined) throw new Error(`${label} ${wrong}`);
  const damage = world.damage([...outputs, ...rewritten]);
  if (damage !== undefined) throw new Error(`${label}: ${damage}`);
  const other = changedBits(world);
  if (other !== undefined) throw new Error(`after ${label} a call on private memory has other bits: ${other}`);
}

export const falseArrays: Kind = {
  name: "arrays that lie",
  runs: 40,
  shares: 2,
  property: (backend) => fc.property(drawn, (what) => World.onNewAfterwards(() => judge(backend, what))),
};
