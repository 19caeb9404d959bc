/**
 * Arrays in the runtime's own memory are worked on in place. Two witnesses: a count of the calls of the methods that copy (and of
 * `set`, which every other copy would go through), and the addresses that kernels are called with.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PASS_BYTES } from "../../assembly/layout";
import { Heap } from "../../src/heap";
import type { Runtime } from "../../src/index";
import { ShortWay } from "../../src/ops/rows/short";
import { BACKENDS } from "../judge/backends";
import { machineOf, runtimeOnMachine, wrapped } from "../judge/engines";
import { type Arrays, argumentsOf, type Call, copies, EVERY_CALL, run, type Values, written } from "../judge/everyCall";
import { errorOf } from "../judge/refusal";

/** Arrays of a few numbers each, which are copied wherever they lie. */
const COPIED = ["keyLengths", "support"];
/** Kernels whose arguments are a pass in memory. */
const PASSES = ["attentionTiles", "attentionRows"];
/** Kernels that find their logits and their mask in a tile. */
const TILED = ["Maxima", "Sum", "Tail", "Histogram", "Gather", "Draw"].map((name) => `vocabulary${name}`);

/** A runtime whose kernels tell the numbers that they are called with. */
function watched(backend: (typeof BACKENDS)[number], numbers: Set<number>): Runtime {
  const machine = machineOf(backend);
  return runtimeOnMachine(
    wrapped(machine, (kernel, name) => (...args) => {
      // the addresses of arrays stand in memory: in attention's pass, and in the tile of a pass over a vocabulary
      const { buffer } = machine;
      const words = PASSES.includes(name) ? new Uint32Array(buffer, args[0], PASS_BYTES / 4) : args;
      if (TILED.includes(name)) for (const n of new Uint32Array(buffer, args[1], 5)) numbers.add(n);
      for (const n of words) numbers.add(n);
      return kernel(...args);
    }),
  );
}

type View = (buffer: ArrayBufferLike, from: number, length: number) => Values;

/** Makes arrays of the same type. */
const viewOf =
  (values: Values): View =>
  (...place) =>
    new (values.constructor as new (...place: Parameters<View>) => Values)(...place);

/** A copy in the runtime's memory; that of a mask at an odd address. */
function placed(runtime: Runtime, values: Values): Values {
  const shift = values instanceof Uint8Array ? 1 : 0;
  const home = runtime.alloc(Math.ceil((values.byteLength + shift) / 4));
  const view = viewOf(values)(home.buffer, home.byteOffset + shift, values.length);
  for (let i = 0; i < values.length; i++) view[i] = values[i];
  return view;
}

const mapped = (arrays: Arrays, of: (values: Values, name: string) => Values): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, of(values, name)]));

const TypedArray = Object.getPrototypeOf(Uint8Array) as Uint8ArrayConstructor;
const elements = { in: 0, out: 0, sets: 0 };

beforeEach(() => {
  const { write, read, writeBytes, readWords, writeWords } = Heap.prototype;
  const { put, take } = ShortWay.prototype;
  const { set } = TypedArray.prototype;
  vi.spyOn(Heap.prototype, "write").mockImplementation(function (this: Heap, ...args) {
    elements.in += args[3];
    write.apply(this, args);
  });
  vi.spyOn(Heap.prototype, "writeBytes").mockImplementation(function (this: Heap, ...args) {
    elements.in += args[3];
    writeBytes.apply(this, args);
  });
  vi.spyOn(Heap.prototype, "writeWords").mockImplementation(function (this: Heap, ...args) {
    elements.in += args[3];
    writeWords.apply(this, args);
  });
  vi.spyOn(Heap.prototype, "read").mockImplementation(function (this: Heap, ...args) {
    elements.out += args[3];
    read.apply(this, args);
  });
  vi.spyOn(ShortWay.prototype, "put").mockImplementation(function (this: ShortWay, ...args) {
    elements.in += args[1];
    return put.apply(this, args);
  });
  vi.spyOn(ShortWay.prototype, "take").mockImplementation(function (this: ShortWay, ...args) {
    elements.out += args[1];
    take.apply(this, args);
  });
  vi.spyOn(Heap.prototype, "readWords").mockImplementation(function (this: Heap, ...args) {
    elements.out += args[3];
    readWords.apply(this, args);
  });
  vi.spyOn(TypedArray.prototype, "set").mockImplementation(function (this: Uint8Array, ...args) {
    elements.sets++;
    set.apply(this, args);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(BACKENDS)("zero copy on %s", (backend) => {
  const numbers = new Set<number>();
  const runtime = watched(backend, numbers);
  const other = watched(backend, new Set());

  /** Elements that the call copies in and out. */
  function copied(call: Call, arrays: Arrays, floats: number): typeof elements {
    numbers.clear();
    const args = argumentsOf(call, arrays, floats);
    Object.assign(elements, { in: 0, out: 0, sets: 0 });
    const result = run(runtime, call, args);
    Object.assign(arrays, call.result?.(result));
    return { ...elements };
  }

  describe.each(EVERY_CALL.map((call) => [call.name, call] as const))("%s", (_name, call) => {
    const isOutput = (name: string) => call.outputs.includes(name);
    /** Its arrays but those that are a few numbers, elsewhere, and what the call makes of them. */
    const prepare = (floats: number): { arrays: Arrays; want: Arrays } => {
      runtime.free();
      other.free();
      const all = call.arrays(floats);
      const arrays = Object.fromEntries(Object.entries(all).filter(([name]) => !COPIED.includes(name)));
      const plain = copies(arrays);
      const result = run(runtime, call, argumentsOf(call, plain, floats));
      return { arrays, want: written(call, plain, result) };
    };
    const expectSame = (got: Arrays, want: Arrays) => {
      for (const [name, values] of Object.entries(want)) expect([name, ...got[name]]).toEqual([name, ...values]);
    };

    it.each([24, 4800])(
      "copies nothing of %i floats in its own memory, and kernels get the arrays' own addresses",
      (n) => {
        const { arrays, want } = prepare(n);
        const homes = mapped(arrays, (values) => placed(runtime, values));
        expect(copied(call, homes, n)).toEqual({ in: 0, out: 0, sets: 0 });
        for (const name of Object.keys(arrays)) expect(numbers, name).toContain(homes[name].byteOffset);
        expectSame(homes, want);
      },
    );

    it.each([24, 4800])("copies of %i floats what lies elsewhere, once, and nothing else", (n) => {
      for (const outside of Object.keys(prepare(n).arrays)) {
        const { arrays, want } = prepare(n);
        const homes = mapped(arrays, (values, name) => (name === outside ? values : placed(runtime, values)));
        const { in: into, out } = copied(call, homes, n);
        const reads = !isOutput(outside) || call.positional.includes(outside); // mergeAttention's outputs are inputs too
        const count = arrays[outside].length;
        expect([outside, into, out]).toEqual([outside, reads ? count : 0, isOutput(outside) ? count : 0]);
        expectSame(homes, want);
      }
    });

    it("copies views of another runtime", () => {
      const n = 1200;
      const { arrays, want } = prepare(n);
      const homes = mapped(arrays, (values) => placed(other, values));
      runtime.alloc(5000).fill(Number.NaN); // its own memory at the same addresses
      const { in: into, out } = copied(call, homes, n);
      const outputs = Object.entries(arrays).filter(([name]) => isOutput(name));
      expect(out).toBe(outputs.reduce((sum, [, { length }]) => sum + length, 0));
      expect(into).toBeGreaterThanOrEqual(arrays[call.positional[0]].length);
      expectSame(homes, want);
      runtime.free();
    });

    it("works in place where it may", () => {
      if (!call.positional.includes("x") || ["logSumExp", "entropy", "pack16", "unpack16"].includes(call.name)) return;
      const { arrays, want } = prepare(4800);
      const { out: _, ...homes } = mapped(arrays, (values) => placed(runtime, values));
      expect(copied(call, { ...homes, out: homes.x }, 4800)).toEqual({ in: 0, out: 0, sets: 0 });
      expectSame({ out: homes.x }, { out: want.out });
    });

    it("refuses an output that meets an input in shared memory, and takes it beside", () => {
      const first = call.positional[0];
      const [output] = call.outputs;
      if (output === undefined) return;
      const floats = 24;
      const place = (shift: number): unknown[] => {
        const arrays = call.arrays(floats);
        const [input, result] = [arrays[first], arrays[output === first ? "lseA" : output]];
        const buffer = new SharedArrayBuffer(input.byteLength + result.byteLength + 64);
        const x = viewOf(input)(buffer, 0, input.length);
        for (let i = 0; i < input.length; i++) x[i] = input[i];
        const y = viewOf(result)(buffer, input.byteLength + shift, result.length);
        return argumentsOf(call, { ...arrays, [first]: x, [output === first ? "lseA" : output]: y }, floats);
      };
      run(runtime, call, place(0));
      const error = errorOf(() => run(runtime, call, place(-4)));
      expect(error.constructor).toBe(RangeError);
      expect(error.message).toMatch(/^\w+: "\w+" expected memory apart from \w+'s/);
    });
  });
});
