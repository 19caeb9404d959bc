/** No method, constructor, species or accessor of a caller's array is called: what the caller made of them throws, and changes nothing. */
import { describe, expect, it } from "vitest";
import { createRuntime, type Runtime } from "../../src/index";
import * as transformers from "../../src/transformers";
import { bufferOf, bytesOf, offsetOf } from "../../src/typedArray";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { some } from "../judge/drawn";
import { type Arrays, argumentsOf, type Call, copies, EVERY_CALL, run, type Values, written } from "../judge/everyCall";
import { errorOf } from "../judge/refusal";

type View = new (buffer: ArrayBufferLike, from?: number, length?: number) => Values;
const View = (values: Values): View => (Object.getPrototypeOf(values) as Values).constructor as View;
const typeName = (values: Values): string => Object.prototype.toString.call(values).slice(8, -1);

const called = (name: PropertyKey) => (): never => {
  throw new Error(`the array's own ${String(name)} was called`);
};

/** Every name that an array has from its prototypes. */
function names(values: object): PropertyKey[] {
  const all = new Set<PropertyKey>();
  for (let at = Object.getPrototypeOf(values); at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Reflect.ownKeys(at)) all.add(name);
  }
  return [...all];
}

/** Puts a getter that throws in the place of everything: methods, iterator, length, buffer, constructor, toStringTag. */
function spoil(target: object, like: Values): void {
  for (const name of names(like)) {
    Object.defineProperty(target, name, { get: called(name), configurable: true });
  }
}

function ofOwnClass(values: Values): Values {
  let made = 0;
  class Own extends (View(values) as unknown as new (n: number) => Float32Array) {
    static get [Symbol.species](): never {
      throw new Error("the array's species was asked for");
    }
    constructor(n: number) {
      super(n);
      if (made++ > 0) throw new Error("the array's constructor was called");
    }
  }
  const own = new Own(values.length) as unknown as Values;
  Float32Array.prototype.set.call(own, values);
  spoil(Own.prototype, values);
  return own;
}

function withOwnProperties(values: Values): Values {
  const own = values.slice();
  spoil(own, values);
  return own;
}

/** An array that gives a wrong length, offset and buffer, different ones each time. */
function thatLie(values: Values): Values {
  const own = values.slice();
  let answers = 0;
  const lie = { get: () => 4096 * ++answers };
  Object.defineProperties(own, { length: lie, byteLength: lie, byteOffset: lie });
  return Object.defineProperty(own, "buffer", { get: () => new ArrayBuffer(8) });
}

const exchanged = (prototype: object | null) => (values: Values) =>
  Object.setPrototypeOf(values.slice(), prototype) as Values;

/** Kinds of arrays with which each call must still give the right result. */
const KINDS: [string, (values: Values) => Values][] = [
  ["of a class whose every member throws", ofOwnClass],
  ["whose every property throws", withOwnProperties],
  ["that lie about their lengths and places", thatLie],
  ["without a prototype", exchanged(null)],
  ["with Object's prototype", exchanged(Object.prototype)],
  ["with Array's prototype", exchanged(Array.prototype)],
  ["with the prototype of another type", exchanged(Float64Array.prototype)],
];

const elements = (values: Values): number[] => [...new Uint8Array(bufferOf(values), offsetOf(values), bytesOf(values))];
const bits = (arrays: Arrays) => Object.entries(arrays).map(([key, values]) => [key, elements(values)]);

describe.each(BACKENDS)("arrays of the caller's on %s", (backend) => {
  const runtime = runtimeOf(backend);
  const small = createRuntime({ backend, heapBytes: 65536 });
  /** Sizes that go through the heap in one block; in several, with several mask words; in tiles. */
  const SIZES: [Runtime, number][] = [
    [runtime, 24],
    [runtime, 6000],
    [small, 60000],
  ];

  describe.each(EVERY_CALL.map((call) => [call.name, call] as const))("%s", (_name, call: Call) => {
    it.each(some(KINDS))("takes those %s", (_, of) => {
      for (const [on, floats] of SIZES) {
        if (call.name === "attention" && floats > 24) continue; // weights of queries × keys; keys beyond the heap have their own tests
        const arrays = call.arrays(floats);
        const plain = copies(arrays);
        const want = bits(written(call, plain, run(on, call, argumentsOf(call, plain, floats))));
        const given = Object.fromEntries(Object.entries(arrays).map(([key, values]) => [key, of(values)]));
        expect(bits(written(call, given, run(on, call, argumentsOf(call, given, floats))))).toEqual(want);
      }
    });

    it("is not fooled by a prototype of its type on something else", () => {
      for (const key of Object.keys(call.arrays(24))) {
        const arrays = call.arrays(24);
        const { prototype } = View(arrays[key]);
        const size = arrays[key].length;
        const [type, positional] = [typeName(arrays[key]), call.positional.includes(key)];
        const numbers: object[] = [new Float64Array(size), new Int16Array(size)];
        const nothing = [new DataView(new ArrayBuffer(4 * size)), {}, () => 0];
        for (const other of [...numbers, ...nothing]) {
          const fake = Object.setPrototypeOf(other, prototype) as Values;
          const args = argumentsOf(call, { ...arrays, [key]: fake }, 24);
          const noLists = ["mergeAttention", "unpack16"].includes(call.name);
          const lists = (positional || key === "draft") && !noLists && key !== "tokens";
          if (lists && numbers.includes(other)) {
            run(runtime, call, args); // numbers are numbers
            continue;
          }
          const error = errorOf(() => run(runtime, call, args));
          expect(error.constructor, `${type} ${key}`).toBe(TypeError);
          expect(error.message).toContain(`${call.name}: "${key}" expected a`);
        }
      }
    });
  });
});

describe("arrays of the caller's in softmax-wasm/transformers", () => {
  const { softmax, log_softmax, multinomialSampler } = transformers;
  const values = Float32Array.of(1, 3, 2, 0.5);

  it.each(KINDS)("takes those %s", (_, of) => {
    for (const f of [softmax, log_softmax]) {
      expect(f(of(values) as Float32Array)).toEqual(f(values));
      const wide = of(Float64Array.from(values) as unknown as Values) as unknown as Float64Array;
      expect(f(wide)).toEqual(f(Float64Array.from(values)));
    }
    const sampler = multinomialSampler({ top_k: 0 }, { random: () => 0.9 });
    const [plain, own] = [values.slice(), of(values) as Float32Array];
    sampler([], { dims: [2, 2], data: plain });
    sampler([], { dims: [2, 2], data: own });
    expect(elements(own)).toEqual(elements(plain));
    expect(sampler.sample({ dims: [1, 4], data: of(values) })).toEqual(sampler.sample({ dims: [4], data: values }));
  });

  it("takes lists whose methods throw, each number asked for once", () => {
    class List extends Array<number> {
      static override get [Symbol.species](): never {
        throw new Error("the list's species was asked for");
      }
    }
    for (const name of ["slice", "every", "reduce", "join", "map", Symbol.iterator]) {
      Object.defineProperty(List.prototype, name, { get: called(name) });
    }
    const list = (numbers: number[]): number[] => {
      const own = new List();
      numbers.forEach((v, i) => {
        own[i] = v;
      });
      return own;
    };
    expect(softmax(list([1, 3, 2]))).toEqual(softmax([1, 3, 2]));
    expect(log_softmax(list([1, 3, 2]))).toEqual(log_softmax([1, 3, 2]));
    const { sample } = multinomialSampler({ do_sample: false });
    expect(sample({ dims: list([1, 4]), data: values })).toEqual([[1n, 0]]);
    const { softmax: rows, attention } = runtimeOf("js");
    expect(rows(list([1, 3, 2, 0]), { shape: list([2, 2]) })).toEqual(rows([1, 3, 2, 0], { shape: [2, 2] }));
    const how = { headDim: 1, mask: Uint8Array.of(1, 0) };
    expect(
      attention([1], [1, 2], [3, 4], { ...how, maskShape: list([1, 1, 1, 2]) as never, window: list([1, 1]) as never }),
    ).toEqual(attention([1], [1, 2], [3, 4], how));
    let asked = 0;
    const once = Object.defineProperty([0, 2], 0, { get: () => ++asked });
    expect(softmax(once)).toEqual(softmax([1, 2]));
  });
});
