/** The properties that must hold after a call on memory that changed meanwhile, or on an array that lies about itself. */
import fc from "fast-check";
import type {
  Runtime,
  SampleResult,
  SampleRows,
  TopKResult,
  TopKRows,
  TruncateResult,
  VerifyDraftResult,
} from "../../../src/index";
import { type Arrays, argumentsOf, copies, EVERY_CALL, run, written } from "../../judge/everyCall";
import type { CallSpec, Fuzzed } from "./calls";
import type { World } from "./world";

/** 0, or the length of a long row: such a row takes several passes, and a change can come between them. */
const longer = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: 4000, max: 60_000 }) },
);

/** The calls of a function; for those of a vocabulary also calls on a row that does not fit a small heap. */
export const lengthened = ({ calls, name }: Fuzzed): fc.Arbitrary<CallSpec> =>
  fc.tuple(calls, longer, fc.boolean()).map(([{ arrays, options }, n, nucleus]) => {
    const { logits, mask } = arrays;
    if (logits === undefined || n === 0) return { arrays, options };
    const bits = mask && { ...mask, length: mask.type === "u8" ? n : Math.ceil(n / 32) };
    const more: Record<string, unknown> = {};
    for (const count of ["topK", "k"]) {
      if (options[count] !== undefined) more[count] = 1 + (((options[count] as number) * 37) % n);
    }
    if (name === "sample" && nucleus) more.topP = 0.9;
    for (const each of ["shape", "mask", "bias", "penalties"]) if (Array.isArray(options[each])) more[each] = undefined;
    return {
      arrays: { ...arrays, logits: { ...logits, length: n }, mask: bits },
      options: { ...options, ...more },
    };
  });

const kept = new Map<string, Arrays>();
function privateArrays(name: string, floats: number): Arrays {
  const key = `${name} ${floats}`;
  const arrays = kept.get(key) ?? EVERY_CALL.find((call) => call.name === name)?.arrays(floats) ?? {};
  kept.set(key, arrays);
  return arrays;
}

/** The results of each function on ordinary arrays, from a runtime that has seen nothing else yet. */
const usual = new WeakMap<Runtime, readonly string[]>();

/** A hash of the bits of every call on private arrays, small ones and ones that stream. */
function bitsOf(runtime: Runtime): readonly string[] {
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
  return hashes;
}

/** Remembers the bits of the usual results; to be called before anything else is done with the runtime. */
export function rememberBits({ runtime }: World): void {
  if (!usual.has(runtime)) usual.set(runtime, bitsOf(runtime));
}

/** The first call on private memory that gives other bits than it did at first. Frees the runtime's heap. */
export function changedBits({ runtime }: World): string | undefined {
  const before = usual.get(runtime);
  return bitsOf(runtime).find((hash, i) => hash !== before?.[i]);
}

/** An error that is none of ours: where it comes from, and whether the runtime survived it. */
export function told(error: unknown, world: World): string {
  const other = changedBits(world);
  const after = other === undefined ? "" : `; then a call on private memory has other bits: ${other}`;
  return `${String(error)},${(error as Error).stack?.split("\n")[1]}${after}`;
}

/** A token of a result that is out of range, or too many tokens, in words. */
export function outOfRange(name: string, result: unknown, n: number): string | undefined {
  const within = (i: number): boolean => Number.isInteger(i) && i >= 0 && i < n;
  if (name === "sample") {
    const { index } = result as SampleResult | SampleRows;
    const drawn = typeof index === "number" ? [index] : [...index];
    return drawn.every(within) ? undefined : `draws token ${index} of ${n}`;
  }
  if (name === "truncate") {
    const rows = (Array.isArray(result) ? result : [result]) as TruncateResult[];
    const wrong = rows.find(({ indices, probs }) => indices.length !== probs.length || !indices.every(within));
    return wrong === undefined ? undefined : `keeps tokens ${wrong.indices} of ${n}`;
  }
  if (name === "verifyDraft") {
    const { accepted, index, logProbs } = result as VerifyDraftResult;
    return within(index) && accepted === logProbs.length ? undefined : `accepts ${accepted} and draws ${index} of ${n}`;
  }
  if (name !== "topK") return undefined;
  const { indices, logProbs, logSumExp } = result as TopKResult | TopKRows;
  if (indices.length !== logProbs.length || indices.length > n) return `lists ${indices.length} tokens of ${n}`;
  const padding = ArrayBuffer.isView(logSumExp) ? 0xffffffff : -1;
  const wrong = indices.find((i) => !within(i) && i !== padding);
  return wrong === undefined ? undefined : `lists token ${wrong} of ${n}`;
}
