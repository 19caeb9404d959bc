/** Arguments that are not what they seem, and code of the caller's that runs in the middle of a call. */
import { describe, expect, it } from "vitest";
import { createRuntime, type Runtime } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import {
  type Arrays,
  argumentsOf,
  type Call,
  copies,
  EVERY_CALL,
  HALF_CALLS,
  run,
  type Values,
  written,
} from "../judge/everyCall";
import { foreign } from "../judge/realm";
import { detached, errorOf, expectError, floatsFree } from "../judge/refusal";
import { resizable } from "../judge/resizable";

const FLOATS = 24;
const typeName = (values: Values): string => Object.prototype.toString.call(values).slice(8, -1);

/** Classes as people write them: a constructor that takes something else, methods that mean something else. */
const own = {
  Float32Array: class extends Float32Array {
    constructor(readonly rows: number[]) {
      super(rows);
    }
    set(): never {
      throw new Error("set(row, column, value)");
    }
    subarray(): never {
      throw new Error("subarray(rows)");
    }
    fill(): never {
      throw new Error("fill(rows)");
    }
  },
  Uint8Array: class extends Uint8Array {
    constructor(readonly rows: number[]) {
      super(rows);
    }
    subarray(): never {
      throw new Error("subarray(rows)");
    }
  },
  Uint16Array: class extends Uint16Array {
    constructor(readonly rows: number[]) {
      super(rows);
    }
    set(): never {
      throw new Error("set(row, column, value)");
    }
    subarray(): never {
      throw new Error("subarray(rows)");
    }
    value(): never {
      throw new Error("value(row)");
    }
  },
  Uint32Array: class extends Uint32Array {
    fill(): never {
      throw new Error("fill(rows)");
    }
  },
};
type Own = new (values: number[]) => Values;
const ofOwnClass = (values: Values): Values =>
  new (own[typeName(values) as keyof typeof own] as unknown as Own)([...values]);

const ofAnotherRealm = (values: Values): Values =>
  new (foreign[typeName(values) as keyof typeof foreign] as unknown as Own)([...values]);

type View = new (buffer: ArrayBufferLike, from?: number, length?: number) => Values;
const viewOf = (values: Values): View => values.constructor as View;

const onSharedMemory = (values: Values): Values => {
  const view = new (viewOf(values))(new SharedArrayBuffer(values.byteLength + 8), 8, values.length);
  view.set(values);
  return view;
};

/** An array that tracks the length of its buffer, which was larger or smaller before. */
const onResizedMemory =
  (before: number) =>
  (values: Values): Values => {
    const buffer = resizable(before * values.byteLength, 2 * values.byteLength);
    const view = new (viewOf(values))(buffer);
    buffer.resize(values.byteLength);
    view.set(values);
    return view;
  };

/** An array that its buffer, which has shrunk, no longer reaches. */
function outOfBounds(values: Values): Values {
  const buffer = resizable(values.byteLength + 8, values.byteLength + 8);
  const view = new (viewOf(values))(buffer, 8, values.length);
  buffer.resize(8);
  return view;
}

const KINDS: [string, (values: Values) => Values][] = [
  ["classes of the caller's", ofOwnClass],
  ["another realm", ofAnotherRealm],
  ["shared memory", onSharedMemory],
  ["a buffer that grew", onResizedMemory(0)],
  ["a buffer that shrank", onResizedMemory(2)],
];

const pretenders = (values: Values): [string, unknown][] => [
  ["an object that inherits", Object.create(Object.getPrototypeOf(values))],
  ["a Proxy", new Proxy(values, {})],
  ["an object that says so", { [Symbol.toStringTag]: typeName(values), length: values.length, byteOffset: 0 }],
];

/** Arguments that take any array-like. "An object that says so" is one, without elements. */
const TAKE_LISTS = ["x", "q", "k", "v", "logits", "target", "draft"];

describe.each(BACKENDS)("hostile arguments on %s", (backend) => {
  const runtime = runtimeOf(backend);
  const small = createRuntime({ backend, heapBytes: 65536 });

  describe.each([...EVERY_CALL, ...HALF_CALLS].map((call) => [call.label ?? call.name, call] as const))(
    "%s",
    (_name, call) => {
      const wanted = (arrays: Arrays, floats: number, on: Runtime = runtime): Arrays => {
        const plain = copies(arrays);
        return written(call, plain, run(on, call, argumentsOf(call, plain, floats)));
      };
      const bits = (arrays: Arrays) =>
        Object.entries(arrays).map(([key, v]) => [key, [...new Uint8Array(v.buffer, v.byteOffset, v.byteLength)]]);
      const with1 = (key: string, change: (values: Values) => unknown): unknown[] => {
        const arrays = call.arrays(FLOATS);
        return argumentsOf(call, { ...arrays, [key]: change(arrays[key]) } as Arrays, FLOATS);
      };
      const keys = Object.keys(call.arrays(FLOATS));
      const refused = (args: unknown[], type: ErrorConstructor, message: string): void => {
        const free = floatsFree(runtime);
        expectError(() => run(runtime, call, args), type, `${call.name}: ${message}`);
        expect(floatsFree(runtime)).toBe(free);
      };

      it.each(KINDS)("takes arrays of %s, also block by block", (_, of) => {
        for (const [on, floats] of [[runtime, FLOATS] as const, [small, 6000] as const]) {
          const arrays = call.arrays(floats);
          const want = wanted(arrays, floats, on);
          const given = Object.fromEntries(Object.entries(arrays).map(([key, values]) => [key, of(values)]));
          const result = run(on, call, argumentsOf(call, given, floats));
          expect(bits(written(call, given, result))).toEqual(bits(want));
        }
      });

      /** What the error says that must stand there: some take other types too. */
      const typesOf = (key: string, type: string): string => {
        if (key === "tokens") return "an array of token ids, a Uint32Array, an Int32Array or a BigInt64Array";
        const halves = key === (call.name === "pack16" ? "out" : "x");
        if (call.name.endsWith("pack16") && halves) return "a Uint16Array or a Float16Array";
        if (TAKE_LISTS.includes(key)) return "a Float32Array or an array of numbers";
        if (type === "Uint16Array") return "a Float32Array";
        const words = key === "mask" && call.positional[0] === "logits";
        return words ? `a ${type}, an Int32Array or a Uint8Array` : `a ${type}`;
      };

      it.each(keys)("%s must be what it says it is", (key) => {
        const type = typeName(call.arrays(FLOATS)[key]);
        const list = TAKE_LISTS.includes(key) && call.name !== "unpack16";
        for (const [what, pretender] of pretenders(call.arrays(FLOATS)[key])) {
          const args = with1(key, () => pretender);
          if (list && what === "an object that says so") {
            refused(args, TypeError, `"${key}" expected numbers, got undefined at index 0`);
            continue;
          }
          const error = errorOf(() => run(runtime, call, args));
          expect(error.constructor, what).toBe(TypeError);
          expect(error.message).toMatch(`${call.name}: "${key}" expected ${typesOf(key, type)}, got `);
        }
      });

      it.each(keys)("%s must be alive", (key) => {
        refused(with1(key, detached), TypeError, `"${key}" expected a live array, got one whose buffer is detached`);
        refused(
          with1(key, outOfBounds),
          TypeError,
          `"${key}" expected a live array, got one that reaches beyond its resized buffer`,
        );
      });

      /** The call with options that answer through `get`. */
      const asked = (arrays: Arrays, get: (option: string | symbol) => void): unknown[] => {
        const args = argumentsOf(call, arrays, FLOATS);
        const options = args.pop() as object;
        const proxy = new Proxy(options, {
          get(target, option, receiver) {
            get(option);
            return Reflect.get(target, option, receiver);
          },
        });
        return [...args, proxy];
      };

      it("asks for every option once", () => {
        const counts = new Map<string | symbol, number>();
        run(
          runtime,
          call,
          asked(call.arrays(FLOATS), (option) => counts.set(option, (counts.get(option) ?? 0) + 1)),
        );
        expect([...counts].filter(([, count]) => count !== 1)).toEqual([]);
        expect(counts.size).toBeGreaterThan(0);
      });

      it("lets options call the package while they are asked for", () => {
        const arrays = call.arrays(FLOATS);
        const want = wanted(arrays, FLOATS);
        const free = floatsFree(runtime);
        const args = asked(arrays, () => {
          for (const other of EVERY_CALL) run(runtime, other, argumentsOf(other, other.arrays(FLOATS), FLOATS));
        });
        const result = run(runtime, call, args);
        expect(bits(written(call, arrays, result))).toEqual(bits(want));
        expect(floatsFree(runtime)).toBe(free);
      });

      it("passes on what a getter throws, and works on", () => {
        const arrays = call.arrays(FLOATS);
        const want = wanted(arrays, FLOATS);
        const before = copies(arrays);
        const free = floatsFree(runtime);
        const mine = new Error("mine");
        const args = asked(arrays, () => {
          throw mine;
        });
        expect(errorOf(() => run(runtime, call, args))).toBe(mine);
        expect(arrays).toEqual(before);
        expect(floatsFree(runtime)).toBe(free);
        const result = run(runtime, call, argumentsOf(call, arrays, FLOATS));
        expect(bits(written(call, arrays, result))).toEqual(bits(want));
      });

      it.each(keys)("notices when an option's getter detaches %s", (key) => {
        const arrays = call.arrays(FLOATS);
        let pending = true;
        const args = asked(arrays, () => {
          if (pending) detached(arrays[key]);
          pending = false;
        });
        refused(args, TypeError, `"${key}" expected a live array, got one whose buffer is detached`);
      });
    },
  );
});

/** The Call type keeps every function of a runtime in the table. */
it("every function has its call", () => {
  const names = Object.entries(runtimeOf("js")).filter(([, value]) => typeof value === "function");
  const called: string[] = EVERY_CALL.map((call: Call) => call.name);
  expect([...called, "alloc", "free"].sort()).toEqual(names.map(([name]) => name).sort());
});
