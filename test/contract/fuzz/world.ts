/**
 * Where a fuzzed call happens: two runtimes, arrays in every kind of memory, and every byte of it remembered, so that whatever
 * a call changes beyond its outputs is seen.
 */
import { runInNewContext } from "node:vm";
import { ROWS_DATA } from "../../../assembly/layout";
import { type Backend, createRuntime, type Dtype, type Runtime } from "../../../src/index";
import { argumentsOf, EVERY_CALL, run } from "../../judge/everyCall";
import { type Resizable, resizable } from "../../judge/resizable";
import { type ArraySpec, BYTES, bitsFor, type List, type Type, type Values, valuesOf } from "./arrays";
import { ofThrowingClass, PROTOTYPES, TYPES } from "./ownClasses";

export const HEAPS = [65536, 262144, 8388608] as const;
/** A value of `filled`: all of the two smaller heaps, and 512 KiB of the largest. */
export const FULL = -1;

const foreign = runInNewContext(
  `({
    f32: Float32Array,
    u8: Uint8Array,
    u16: Uint16Array,
    f16: globalThis.Float16Array ?? Uint16Array,
    u32: Uint32Array,
    i32: Int32Array,
  })`,
) as typeof TYPES;

type View = new (buffer: ArrayBufferLike, from: number, length: number) => Values;
const viewClass = (type: Type, memory: string): View => (memory === "realm" ? foreign : TYPES)[type] as unknown as View;

/**
 * Node 20 (V8 11.3) forgets that an array is detached where it has compiled code that saw arrays on resizable buffers: their
 * length is then what it was. There test/contract/hostile.test.ts alone has resizable buffers, and detaches nothing after them.
 */
const RESIZABLE = Number(process.versions.node.split(".")[0]) >= 24;

const isResizable = (buffer: ArrayBufferLike): boolean => (buffer as { resizable?: boolean }).resizable === true;

/** Bytes of room around an array, for its neighbours' canaries and for views that overlap it. */
const MARGIN = 64;
const CANARY = 0x7fc5c3e1; // a NaN that would spread to whatever reads it
const GUARD_BYTES = 32;
const POISONED_BYTES = 262144;

interface Place {
  readonly buffer: ArrayBufferLike;
  readonly from: number;
}

const runtimes = new Map<string, Runtime>();
function runtimeOf(backend: Backend, heapBytes: number, which: string): Runtime {
  const key = `${backend} ${heapBytes} ${which}`;
  let runtime = runtimes.get(key);
  if (runtime === undefined) {
    runtime = createRuntime({ backend, heapBytes });
    // every family is started: that writes its tables, once, beside whatever a call may write
    for (const call of EVERY_CALL) run(runtime, call, argumentsOf(call, call.arrays(24), 24));
    runtimes.set(key, runtime);
  }
  return runtime;
}

/** Where the runtime's next view would begin. */
const markOf = (runtime: Runtime): number => runtime.alloc(0).byteOffset;

export class World {
  readonly runtime: Runtime;
  readonly #other: Runtime;
  readonly #arena: number;
  #mark: number;
  /** What alloc gave, of which some is given back: what calls write is in none of it, nor in the room between. */
  readonly #views: (Float32Array | Uint16Array)[] = [];
  /** Arrays that are dead: detached, or beyond their buffer. */
  readonly dead = new WeakSet<object>();
  /** For arrays whose own methods throw: ordinary arrays on the same memory. */
  readonly #plain = new WeakMap<object, Values>();
  /** Whether an array's prototype was exchanged: a call may refuse it, or take it for the type that it is inside. */
  exchanged = false;
  readonly #buffers: ArrayBufferLike[] = [];
  readonly #gone = new Set<ArrayBufferLike>();
  #before: [bytes: Uint8Array, copy: Uint8Array][] = [];

  constructor(backend: Backend, heapBytes: number, filled: number) {
    this.runtime = runtimeOf(backend, heapBytes, "its own");
    this.#other = runtimeOf(backend, HEAPS[1], "another");
    this.runtime.free();
    this.#other.free();
    this.#arena = markOf(this.runtime);
    const { buffer } = this.runtime.alloc(0);
    new Uint32Array(buffer, this.#arena, (Math.min(buffer.byteLength, POISONED_BYTES) - this.#arena) >> 2).fill(CANARY);
    this.#mark = this.#arena;
    if (filled === FULL) for (let n = 65536; n > 0; n >>= 1) this.alloc(n);
    else this.alloc(filled);
  }

  /** Where the work fails, what comes next has new runtimes: those of a failure may be broken for good. */
  static onNewAfterwards(work: () => void): void {
    try {
      work();
    } catch (error) {
      runtimes.clear();
      throw error;
    }
  }

  /** Part of the heap for somebody else, who finds it as it was. @returns nothing where it is full */
  alloc(floats: number, dtype?: Dtype): Float32Array | Uint16Array | undefined {
    try {
      const view = this.runtime.alloc(floats, dtype);
      new Uint32Array(view.buffer, view.byteOffset, view.byteLength >> 2).fill(CANARY);
      this.#mark = markOf(this.runtime);
      this.#views.push(view);
      return view;
    } catch (error) {
      if (!/^alloc: "length" expected at most/.test((error as Error).message)) throw error;
      return undefined;
    }
  }

  free(): void {
    this.runtime.free();
    this.#views.length = 0;
    this.#mark = this.#arena;
  }

  /** One view alone; which one, by a number that is drawn. Arrays of calls that are over lie in some of them. */
  freeOne(which: number): void {
    const [view] = this.#views.splice(which % Math.max(1, this.#views.length), 1);
    if (view !== undefined) this.runtime.free(view);
    this.#mark = markOf(this.runtime);
  }

  /** Memory for an array, with a margin on either side. @param format  the array's: alloc is asked for memory of that */
  #place(memory: string, bytes: number, format: Dtype | undefined): Place {
    const all = MARGIN + bytes + MARGIN;
    if (memory === "heap" || memory === "otherHeap") {
      const floats = Math.ceil(all / 4);
      let home: Float32Array | Uint16Array | undefined;
      if (memory === "heap") home = this.alloc(format === undefined ? floats : 2 * floats, format);
      else if (all < HEAPS[1] / 8) home = this.#other.alloc(floats).fill(12345);
      if (home !== undefined) return { buffer: home.buffer, from: home.byteOffset + MARGIN };
    }
    let buffer: ArrayBufferLike;
    if (memory === "shared") buffer = new SharedArrayBuffer(all);
    else if (memory === "resized" && RESIZABLE) buffer = resizable(all, 2 * all);
    else buffer = new ArrayBuffer(all);
    this.#buffers.push(buffer);
    new Uint8Array(buffer).fill(0xa5);
    return { buffer, from: MARGIN };
  }

  /** An array as described, in the memory of one of `others` if it says so and that has room. */
  array(spec: ArraySpec, others: Readonly<Record<string, unknown>>): unknown {
    const values = valuesOf(spec);
    if (spec.memory === "list" || spec.memory === "float64" || spec.memory === "object")
      return list(spec.memory, values);
    const size = BYTES[spec.type];
    const target = spec.alias && this.plain(others[spec.alias.of]);
    if (spec.alias && ArrayBuffer.isView(target) && !(target instanceof Float64Array)) {
      const from = target.byteOffset + spec.alias.bytes;
      const end = target.byteOffset + target.byteLength + MARGIN;
      // what stands there stays there, and may be an input
      if (from % size === 0 && from >= target.byteOffset - MARGIN && from + size * values.length <= end) {
        return this.#view(spec, target.buffer, from);
      }
    }
    return this.put(spec, values);
  }

  /** New memory as described, with `values` in it. */
  put(spec: ArraySpec, values: ArrayLike<number>): Values {
    const { type, format, memory, offset, seed } = spec;
    const size = BYTES[type];
    const { buffer, from } = this.#place(memory, size * (values.length + offset), format);
    const start = from + size * offset;
    const view = this.#view(spec, buffer, start);
    if (format === undefined) (this.plain(view) as Values).set(values);
    else new Uint16Array(buffer, start, values.length).set(bitsFor(values, format, seed));
    return view;
  }

  #view({ type, memory, length, prototype }: ArraySpec, buffer: ArrayBufferLike, from: number): Values {
    const Class = viewClass(type, memory);
    if (memory !== "class" && prototype === undefined) return new Class(buffer, from, length);
    const view = memory === "class" ? ofThrowingClass(type, buffer, from, length) : new Class(buffer, from, length);
    this.#plain.set(view, new (viewClass(type, "own"))(buffer, from, length));
    if (prototype !== undefined) {
      this.exchanged = true;
      Object.setPrototypeOf(view, PROTOTYPES[prototype]);
    }
    return view;
  }

  /** The value as it can be asked: an ordinary array on the same memory, also within a result. */
  plain(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    const twin = this.#plain.get(value);
    if (twin !== undefined) return twin;
    if (Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, this.#plain.get(part) ?? part]));
  }

  /** Those of `arrays` that die with `view`: none for the memory of a heap or shared memory, which no one can take away. */
  victims(view: unknown, how: "detach" | "shrink", arrays: readonly unknown[]): ArrayBufferView[] {
    if (!ArrayBuffer.isView(view) || view.byteLength === 0 || !this.#buffers.includes(view.buffer)) return [];
    if (view.buffer instanceof SharedArrayBuffer || (how === "shrink" && !isResizable(view.buffer))) return [];
    const sharing = arrays.filter((other): other is ArrayBufferView => ArrayBuffer.isView(other));
    return sharing.filter((other) => {
      if (other.buffer !== view.buffer || other.byteLength === 0) return false;
      return how === "detach" || other.byteOffset + other.byteLength > view.byteOffset;
    });
  }

  /** Detaches the buffer of an array, or shrinks it beneath the array. */
  kill(view: unknown, how: "detach" | "shrink", arrays: readonly unknown[]): void {
    const victims = this.victims(view, how, arrays);
    if (victims.length === 0) return;
    for (const victim of victims) this.dead.add(victim);
    const { buffer, byteOffset } = view as ArrayBufferView;
    this.#buffers.splice(this.#buffers.indexOf(buffer), 1);
    this.#gone.add(buffer);
    if (how === "detach") structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
    else (buffer as Resizable).resize(byteOffset);
  }

  /** Every byte that no call may touch but in its outputs. */
  remember(): void {
    const { buffer } = this.runtime.alloc(0);
    const other = this.#other.alloc(0);
    this.#before = [
      new Uint8Array(buffer, 0, ROWS_DATA),
      new Uint8Array(buffer, this.#arena, this.#mark - this.#arena),
      new Uint8Array(buffer, buffer.byteLength - GUARD_BYTES),
      new Uint8Array(other.buffer, 0, other.byteOffset),
      ...this.#buffers.map((own) => new Uint8Array(own)),
    ].map((bytes) => [bytes, bytes.slice()]);
  }

  /** @returns what has changed that is in none of `outputs`, in words */
  damage(outputs: readonly ArrayBufferView[]): string | undefined {
    const mark = markOf(this.runtime);
    if (mark !== this.#mark) return `the heap's mark is ${mark} and was ${this.#mark}`;
    for (const [bytes, copy] of this.#before) {
      if (this.#gone.has(bytes.buffer)) continue;
      const free = outputs
        .filter((output) => output.buffer === bytes.buffer)
        .map((output) => [output.byteOffset - bytes.byteOffset, output.byteLength])
        .sort(([a], [b]) => a - b);
      let at = 0;
      for (const [from, length] of [...free, [bytes.length, 0]]) {
        const end = Math.max(at, Math.min(from, bytes.length));
        if (Buffer.compare(bytes.subarray(at, end), copy.subarray(at, end)) !== 0) {
          const first = bytes.findIndex((byte, i) => i >= at && byte !== copy[i]);
          return `byte ${bytes.byteOffset + first} of a buffer of ${bytes.buffer.byteLength} has changed`;
        }
        at = Math.max(at, from + length);
      }
    }
    return undefined;
  }
}

/** Array-likes of the same values. */
function list(kind: List, values: number[]): unknown {
  if (kind === "list") return values;
  if (kind === "float64") return Float64Array.from(values);
  return { ...values, length: values.length };
}
