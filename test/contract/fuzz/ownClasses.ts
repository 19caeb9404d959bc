/**
 * Arrays of classes that the caller made. Such a class may have other methods, another species and another constructor than the
 * package's arrays have, so nothing of it may be called; what it says of itself may not even be true.
 */
import { NativeHalves } from "../../judge/half16";
import type { Type, Values } from "./arrays";

type View = new (buffer: ArrayBufferLike, from: number, length: number) => Values;

export const TYPES = {
  f32: Float32Array,
  u8: Uint8Array,
  u16: Uint16Array,
  f16: NativeHalves ?? Uint16Array,
  u32: Uint32Array,
  i32: Int32Array,
};

const notYours = (what: string) => (): never => {
  throw new Error(`${what} of the caller's class was called`);
};

let building = false;

/** Every method throws, and so do the species, the iterator, `from`, `of`, and the constructor once we have built ours. */
function throwing(type: Type): View {
  const Base = TYPES[type] as unknown as View;
  class Own extends (Base as unknown as typeof Float32Array) {
    constructor(buffer: ArrayBuffer, from: number, length: number) {
      if (!building) notYours("the constructor")();
      super(buffer, from, length);
    }
    static get [Symbol.species](): never {
      return notYours("the species")();
    }
    static from = notYours("from");
    static of = notYours("of");
  }
  const shared = Object.getPrototypeOf(Base.prototype) as object;
  for (const key of [...Reflect.ownKeys(shared), ...Reflect.ownKeys(Base.prototype)]) {
    const method = typeof Object.getOwnPropertyDescriptor(shared, key)?.value === "function";
    if (method) Object.defineProperty(Own.prototype, key, { value: notYours(String(key)) });
  }
  Object.defineProperty(Own.prototype, "constructor", { get: notYours("constructor") });
  return Own as unknown as View;
}

const THROWING = Object.fromEntries(
  Object.keys(TYPES).map((type) => [type, throwing(type as Type)]),
) as unknown as Readonly<Record<Type, View>>;

/** An array of a class of which nothing can be called. */
export function ofThrowingClass(type: Type, buffer: ArrayBufferLike, from: number, length: number): Values {
  building = true;
  try {
    return new THROWING[type](buffer, from, length);
  } finally {
    building = false;
  }
}

/** Other prototypes that an array can be given. It is still a typed array inside. */
export const PROTOTYPES: Record<string, object | null> = {
  null: null,
  object: {},
  Array: Array.prototype,
  Uint8Array: Uint8Array.prototype,
  Uint16Array: Uint16Array.prototype,
  Float32Array: Float32Array.prototype,
  Float64Array: Float64Array.prototype,
  BigInt64Array: BigInt64Array.prototype,
};

/** Lies that an array can tell about its length. */
export const LENGTHS: Record<string, (length: number) => unknown> = {
  "one less": (length) => length - 1,
  "one more": (length) => length + 1,
  twice: (length) => 2 * length,
  "a million": () => 1_000_000,
  "2 ** 40": () => 2 ** 40,
  "0": () => 0,
  "-1": () => -1,
  NaN: () => Number.NaN,
  text: (length) => String(length),
};

/** @param lie  a name of LENGTHS; @param of  which of its lengths it lies about */
export function lieAboutLength(view: Values, lie: string, of: "length" | "byteLength"): void {
  const said = LENGTHS[lie](view[of]);
  Object.defineProperty(view, of, { get: () => said });
}

/** Asking for its buffer has an effect, and gives the buffer. */
export function withBufferGetter(view: Values, effect: () => void): void {
  const { buffer } = view;
  Object.defineProperty(view, "buffer", {
    get() {
      effect();
      return buffer;
    },
  });
}
