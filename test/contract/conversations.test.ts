/** A server: a hundred conversations come, grow and go, their caches of keys and values in one runtime's heap. */
import { describe, expect, it } from "vitest";
import { createRuntime } from "../../src/index";
import { attentionFailure, attentionReference } from "../judge/attentionReference";
import { BACKENDS } from "../judge/backends";
import { normals, random } from "../judge/random.mjs";
import { floatsFree } from "../judge/refusal";

const CONVERSATIONS = 100;
const CHANGES = 400;
const SIZES = { heads: 4, kvHeads: 2, headDim: 8, layout: "bshd" } as const;
const ROW = SIZES.kvHeads * SIZES.headDim;

interface Conversation {
  keys: Float32Array;
  values: Float32Array;
  /** What keys and values must hold, `length` positions of it. */
  readonly own: { keys: number[]; values: number[] };
  length: number;
}

describe.each(BACKENDS)("a hundred conversations on %s", (backend) => {
  const runtime = createRuntime({ backend, heapBytes: 2 << 20 });
  const next = random(13);
  const draw = normals(14);
  const upTo = (n: number): number => 1 + Math.floor(n * next());

  function begin(): Conversation {
    const room = upTo(30) * ROW;
    return { keys: runtime.alloc(room), values: runtime.alloc(room), own: { keys: [], values: [] }, length: 0 };
  }

  function end({ keys, values }: Conversation): void {
    runtime.free(values);
    runtime.free(keys);
  }

  /** One more position; a cache that is full moves to a larger one. */
  function say(conversation: Conversation): void {
    for (const name of ["keys", "values"] as const) {
      const full = conversation[name];
      if (full.length === conversation.length * ROW) {
        conversation[name] = runtime.alloc(full.length + upTo(16) * ROW);
        conversation[name].set(full);
        runtime.free(full);
      }
      const row = draw(ROW);
      conversation[name].set(row, conversation.length * ROW);
      conversation.own[name].push(...row);
    }
    conversation.length++;
  }

  /** What the next token attends to. */
  function expectRight({ keys, values, own, length }: Conversation): void {
    const q = draw(SIZES.heads * SIZES.headDim);
    const larger = Math.min(keys.length, values.length); // caches of a conversation need not grow by the same
    const [k, v] = [keys.subarray(0, larger), values.subarray(0, larger)];
    const out = runtime.attention(q, k, v, { ...SIZES, keyLengths: Uint32Array.of(length) });
    const call = { q, k: Float32Array.from(own.keys), v: Float32Array.from(own.values), options: SIZES };
    const failure = attentionFailure({ out }, attentionReference(call), call.v, `${length} positions`);
    if (failure) expect.fail(failure);
    expect(keys.subarray(0, length * ROW)).toEqual(call.k);
    expect(values.subarray(0, length * ROW)).toEqual(call.v);
  }

  it("attends to its own cache in each, and has all of the heap at the end", () => {
    const start = runtime.alloc(0).byteOffset;
    const all = floatsFree(runtime);
    const open = Array.from({ length: CONVERSATIONS }, begin);
    for (let i = 0; i < CHANGES; i++) {
      const at = upTo(CONVERSATIONS) - 1;
      if (next() < 0.3) {
        end(open[at]);
        open[at] = begin();
      }
      for (let said = upTo(8); said > 0; said--) say(open[at]);
      expectRight(open[at]);
    }
    for (const conversation of open) if (conversation.length > 0) expectRight(conversation);
    while (open.length > 0) end(open.splice(upTo(open.length) - 1, 1)[0]);
    expect(runtime.alloc(0).byteOffset).toBe(start);
    expect(floatsFree(runtime)).toBe(all);
  });
});
