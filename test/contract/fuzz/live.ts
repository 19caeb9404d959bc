/** Memory that changes while a call reads it. */
import { random } from "../../judge/random.mjs";
import type { Values } from "./arrays";

/** The values that are written: finite numbers, infinities too, or any bits at all. */
export const MOODS = { finite: 0, infinite: 1, any: 2 } as const;
export type Mood = keyof typeof MOODS;

export interface Live {
  readonly memory: SharedArrayBuffer;
  /** Makes the call while the memory changes. @param label  what is said of a call that does not end */
  during<T>(mood: Mood, seed: number, label: string, call: () => T): T;
}

const CONTENTS: readonly ((i: number, next: () => number) => number)[] = [
  (_, next) => 8 * next() - 4,
  (i) => -i,
  (i) => i,
  () => 0,
  () => 3e38,
  () => -3e38,
  () => Infinity,
  () => -Infinity,
  (i) => (i & 255 ? 1 : Infinity),
  () => Number.NaN,
];
const MOST = { finite: 6, infinite: 9, any: CONTENTS.length };

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);
/** The upper half of a float32: a bfloat16, and as a float16 another number of its sign. */
function upperHalf(value: number): number {
  float[0] = value;
  return word[0] >>> 16;
}

/** Something else in the place of what stands there. */
export function rewrite(values: Values, mood: Mood, next: () => number): void {
  const content = CONTENTS[Math.floor(MOST[mood] * next())];
  const bits = values instanceof Uint16Array;
  for (let i = 0; i < values.length; i++) values[i] = bits ? upperHalf(content(i, next)) : content(i, next);
}

type Set = typeof Float32Array.prototype.set;
const shared = Object.getPrototypeOf(Float32Array.prototype) as { set: Set };

/**
 * Changes a part of itself each time before it is copied, as a thread that is always there in time: the same changes for the same
 * seed. For that, `set` of typed arrays is another one meanwhile.
 */
export class ChangesWhenCopied implements Live {
  readonly memory: SharedArrayBuffer;
  /** How often it was copied so far; not each time it changes. */
  copies = 0;

  constructor(bytes: number) {
    this.memory = new SharedArrayBuffer(bytes);
  }

  during<T>(mood: Mood, seed: number, _label: string, call: () => T): T {
    const next = random(seed);
    const { set } = shared;
    const change = (source: unknown): void => {
      if (!ArrayBuffer.isView(source) || source.buffer !== this.memory) return;
      this.copies++;
      if (next() < 0.3) return;
      rewrite(source as Float32Array, mood, next);
    };
    shared.set = function (this: Float32Array, source: ArrayLike<number>, at?: number): void {
      change(source);
      set.call(this, source, at);
    };
    try {
      return call();
    } finally {
      shared.set = set;
    }
  }
}
