/** What alloc gives out and free takes back, beside a model: a map of 16-byte units, each taken or free. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRuntime, type Dtype, type Runtime } from "../../src/index";
import { BACKENDS } from "../judge/backends";
import { DTYPES, NativeHalves } from "../judge/half16";
import { foreign } from "../judge/realm";
import { errorOf, expectError, floatsFree } from "../judge/refusal";

const BYTES = 65536;
const markOf = (runtime: Runtime): number => {
  const empty = runtime.alloc(0);
  runtime.free(empty);
  return empty.byteOffset;
};

/** One of those that are taken, by a number that is drawn. */
interface Pick {
  readonly of: number;
}
type View = Float32Array | Uint16Array;
type Step =
  | { readonly alloc: number; readonly dtype: Dtype | undefined }
  | { readonly free: Pick; readonly twin: boolean }
  | { readonly part: Pick; readonly from: number; readonly less: number }
  | { readonly stale: Pick };

const pick = fc.record({ of: fc.nat(1000) });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      alloc: fc.oneof(fc.nat(40), fc.nat(900), fc.nat(9000)),
      dtype: fc.constantFrom(undefined, undefined, ...DTYPES),
    }),
  },
  { weight: 4, arbitrary: fc.record({ free: pick, twin: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ part: pick, from: fc.nat(3), less: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ stale: pick }) },
);

/** Another array on the same memory, of another realm; of 16 bits a Float16Array, where there are such. */
function twinOf(view: View): View {
  const { buffer, byteOffset, length } = view;
  if (view instanceof Float32Array) return new foreign.Float32Array(buffer, byteOffset, length);
  return new (NativeHalves ?? foreign.Uint16Array)(buffer, byteOffset, length);
}

class Model {
  readonly runtime: Runtime;
  readonly start: number;
  readonly taken: boolean[];
  readonly living: { view: View; value: number }[] = [];
  readonly #gone: View[] = [];
  #value = 0;

  constructor(runtime: Runtime) {
    this.runtime = runtime;
    this.start = markOf(runtime);
    this.taken = new Array(floatsFree(runtime) / 4).fill(false);
  }

  /** Runs of free units. */
  holes(): { at: number; units: number }[] {
    const holes: { at: number; units: number }[] = [];
    this.taken.forEach((taken, i) => {
      if (taken) return;
      if (i > 0 && !this.taken[i - 1]) holes[holes.length - 1].units++;
      else holes.push({ at: i, units: 1 });
    });
    return holes;
  }

  #set(view: View, taken: boolean): void {
    const from = (view.byteOffset - this.start) / 16;
    for (let i = 0; i < Math.ceil(view.byteLength / 16); i++) {
      expect(this.taken[from + i], "taken once, freed once").toBe(!taken);
      this.taken[from + i] = taken;
    }
  }

  alloc(length: number, dtype: Dtype | undefined): void {
    const each = dtype === undefined ? 4 : 2;
    const holes = this.holes();
    const hole = holes.find(({ units }) => 16 * units >= each * length);
    if (hole === undefined) {
      const free = holes.reduce((sum, { units }) => sum + units, 0);
      const largest = holes.reduce((most, { units }) => Math.max(most, units), 0);
      const all = this.taken.length;
      const rest = holes.length > 1 ? `, the rest is in ${holes.length} pieces` : "";
      expectError(
        () => this.runtime.alloc(length, dtype),
        RangeError,
        `alloc: "length" expected at most ${(16 / each) * largest} floats (${16 * (all - free)} of ${16 * all} bytes are taken${rest}; ` +
          `createRuntime({ heapBytes }) makes a larger heap), got ${length}`,
      );
      return;
    }
    const view = this.runtime.alloc(length, dtype);
    expect([view.constructor, view.length]).toEqual([dtype === undefined ? Float32Array : Uint16Array, length]);
    expect((view as Float32Array).every((v) => Object.is(v, 0))).toBe(true);
    expect(view.byteOffset).toBe(length === 0 ? this.mark() : this.start + 16 * hole.at);
    this.#set(view, true);
    this.#value++;
    view.fill(this.#value);
    this.living.push({ view, value: this.#value });
  }

  mark(): number {
    return this.start + 16 * (this.taken.lastIndexOf(true) + 1);
  }

  free({ of }: Pick, twin: boolean): void {
    if (this.living.length === 0) return;
    const [{ view }] = this.living.splice(of % this.living.length, 1);
    this.runtime.free(twin ? twinOf(view) : view);
    this.#set(view, false);
    if (view.length > 0) this.#gone.push(view);
  }

  /** A view that begins later or ends earlier. */
  part({ of }: Pick, from: number, less: number): void {
    if (this.living.length === 0) return;
    const { view } = this.living[of % this.living.length];
    const part = view.subarray(from, view.length - less);
    if (part.length === view.length || part.length === 0) return;
    this.refuses(
      part,
      `${part.byteLength} bytes at byte ${part.byteOffset}, where alloc gave ${view.byteLength} at byte ${view.byteOffset}`,
    );
  }

  /** A view that was given back: no view now, unless one of as many bytes took its place. */
  stale({ of }: Pick): void {
    if (this.#gone.length === 0) return;
    const view = this.#gone[of % this.#gone.length];
    const inside = ({ byteOffset, byteLength }: View): boolean =>
      byteOffset < view.byteOffset + view.byteLength && view.byteOffset < byteOffset + 16 * Math.ceil(byteLength / 16);
    const there = this.living
      .map((one) => one.view)
      .filter((one) => one.length > 0 && inside(one))
      .sort((a, b) => a.byteOffset - b.byteOffset);
    const same = ({ byteOffset, byteLength }: View) => byteOffset === view.byteOffset && byteLength === view.byteLength;
    if (there.some(same)) return;
    const floats = `${view.byteLength} bytes at byte ${view.byteOffset}`;
    this.refuses(
      view,
      there.length === 0
        ? `${floats}, which are free (given back already?)`
        : `${floats}, where alloc gave ${there[0].byteLength} at byte ${there[0].byteOffset}`,
    );
  }

  refuses(view: View, got: string): void {
    const message = `free: "view" expected a view that alloc of this runtime gave, got ${got}`;
    expectError(() => this.runtime.free(view), RangeError, message);
  }

  check(): void {
    for (const { view, value } of this.living) expect((view as Float32Array).every((v) => v === value)).toBe(true);
    expect(markOf(this.runtime)).toBe(this.mark());
  }
}

describe.each(BACKENDS)("the arena of a runtime on %s", (backend) => {
  const small = createRuntime({ backend, heapBytes: BYTES });

  it("is the model's, whatever is allocated and freed in whatever order", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.infiniteStream(fc.nat(1000)), (steps, order) => {
        small.free();
        const model = new Model(small);
        for (const one of steps) {
          if ("alloc" in one) model.alloc(one.alloc, one.dtype);
          else if ("free" in one) model.free(one.free, one.twin);
          else if ("part" in one) model.part(one.part, one.from, one.less);
          else model.stale(one.stale);
          model.check();
        }
        const [x] = model.living.splice(0, 1);
        if (x !== undefined && x.view.length > 0) {
          // calls work beyond the mark: in no hole, and on no other view
          const copy = x.view.slice();
          const dtype = "bfloat16";
          expect([...small.softmax(x.view, { dtype })]).toEqual([...small.softmax(copy, { dtype })]);
          expect(x.view).toEqual(copy);
          model.check();
        }
        if (x !== undefined) small.free(x.view);
        while (model.living.length > 0) {
          const { value: of } = order.next();
          model.free({ of }, false);
        }
        expect(markOf(small)).toBe(model.start);
        expect(small.alloc(4 * model.taken.length).every((v) => v === 0)).toBe(true);
      }),
      { numRuns: 150, seed: 20261129 },
    );
  });

  it("gives the first room that is large enough, and joins neighbours that are free", () => {
    small.free();
    const [a, b, c, d] = [100, 40, 60, 8].map((length) => small.alloc(length).fill(1));
    small.free(a);
    small.free(c);
    expect(small.alloc(60).byteOffset).toBe(a.byteOffset);
    expect(small.alloc(44).byteOffset).toBe(c.byteOffset);
    small.free();
    const again = [100, 40, 60, 8].map((length) => small.alloc(length).fill(1));
    for (const i of [0, 2, 1]) small.free(again[i]); // the one between the others last
    const joined = small.alloc(200);
    expect(joined.byteOffset).toBe(a.byteOffset);
    expect(joined.every((v) => v === 0)).toBe(true);
    expect(again[3].every((v) => v === 1)).toBe(true);
    expect(b.byteOffset).toBeLessThan(d.byteOffset);
  });

  it("gives the workspace back with its last view", () => {
    small.free();
    const start = markOf(small);
    const [a, b, c] = [100, 100, 1000].map((length) => small.alloc(length));
    small.free(b);
    expect(markOf(small)).toBe(start + 2 * 400 + 4000);
    small.free(c);
    expect(markOf(small)).toBe(start + 400);
    small.free(a);
    expect(markOf(small)).toBe(start);
  });

  it("takes views of no floats back one by one as well", () => {
    small.free();
    const first = small.alloc(5);
    const empty = [small.alloc(0), small.alloc(0)];
    for (const view of empty) small.free(view);
    const [view] = empty;
    const message = `free: "view" expected a view that alloc of this runtime gave, got 0 bytes at byte ${view.byteOffset}, which are free (given back already?)`;
    expectError(() => small.free(view), RangeError, message);
    small.free(first);
    expectError(
      () => small.free(first.subarray(0, 0)),
      RangeError,
      message.replace(/byte \d+/, `byte ${first.byteOffset}`),
    );
  });

  it("frees a list by forEach, and works without a receiver", () => {
    const { alloc, free } = small;
    free();
    const start = markOf(small);
    [3, 5, 7].map((length) => alloc(length)).forEach(free);
    expect(markOf(small)).toBe(start);
  });

  it.each<[label: string, view: unknown, type: ErrorConstructor, got: string]>([
    ["undefined", undefined, TypeError, "a Float32Array, got undefined (free() takes back all views)"],
    ["null", null, TypeError, "a Float32Array, got null (free() takes back all views)"],
    ["a list", [1, 2], TypeError, "a Float32Array, got Array (free() takes back all views)"],
    [
      "a Proxy",
      new Proxy(new Float32Array(1), {}),
      TypeError,
      "a Float32Array, got Object (free() takes back all views)",
    ],
    [
      "an array of its own",
      new Float32Array(4),
      RangeError,
      "a view that alloc of this runtime gave, got one of other memory",
    ],
    [
      "another runtime's",
      createRuntime({ backend, heapBytes: BYTES }).alloc(4),
      RangeError,
      "a view that alloc of this runtime gave, got one of other memory",
    ],
  ])("refuses %s", (_, view, type, expected) => {
    small.free();
    const kept = small.alloc(100).fill(3);
    const mark = markOf(small);
    expectError(() => small.free(view as Float32Array), type, `free: "view" expected ${expected}`);
    expect(kept.every((v) => v === 3)).toBe(true);
    expect(markOf(small)).toBe(mark);
  });

  it("refuses bytes of a view, and what lies in the workspace", () => {
    small.free();
    const view = small.alloc(8);
    const bytes = new Uint8Array(view.buffer, view.byteOffset, 32);
    expect(errorOf(() => small.free(bytes as unknown as Float32Array))).toEqual(
      new TypeError('free: "view" expected a Float32Array, got Uint8Array (free() takes back all views)'),
    );
    const beyond = new Float32Array(view.buffer, view.byteOffset + 32, 8);
    const got = `32 bytes at byte ${beyond.byteOffset}, which are free (given back already?)`;
    expectError(
      () => small.free(beyond),
      RangeError,
      `free: "view" expected a view that alloc of this runtime gave, got ${got}`,
    );
    small.free(view);
  });
});
