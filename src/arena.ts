/**
 * The arena: the part of a heap that is given out to callers, in blocks of whole 16 bytes.
 *
 *   [ block | free | block | block | free | block | … free ]
 *   arena                                   mark →   arenaEnd
 *
 * Only blocks are listed. Free room is what lies between two of them, so freed neighbours are one room at once. A view takes the
 * first free room that is large enough (first fit): low addresses fill up first, which keeps the mark low, and what lies beyond the
 * mark is the calls' workspace.
 */
import { refuseValue } from "./check";
import { align16, type Heap } from "./heap";
import { bufferOf, bytesOf, offsetOf, type TypedArray } from "./typedArray";

/** Where the room of one view begins and ends, and how many bytes the view has. */
interface Block {
  readonly at: number;
  readonly end: number;
  readonly bytes: number;
}

export class Arena {
  readonly #heap: Heap;
  /** In order of their addresses. */
  #blocks: Block[] = [];
  /** Where views of no floats begin: they take no room. */
  #empty: number[] = [];

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** The address of room for `length` floats of 4 or 2 bytes each, at a 16-byte boundary, zeroed. */
  alloc(length: number, each: 2 | 4): number {
    const { arena, mark } = this.#heap;
    if (length === 0) {
      this.#empty.push(mark);
      return mark;
    }
    const bytes = each * length;
    let i = 0;
    let at = arena;
    for (; i < this.#blocks.length && this.#blocks[i].at - at < bytes; i++) at = this.#blocks[i].end;
    if (i === this.#blocks.length && this.#heap.arenaEnd - at < bytes) this.#refuseLength(length, each);
    this.#blocks.splice(i, 0, { at, end: align16(at + bytes), bytes });
    this.#moveMark();
    this.#heap.clear(at, bytes);
    return at;
  }

  /** Takes back every view. */
  clear(): void {
    this.#blocks = [];
    this.#empty = [];
    this.#moveMark();
  }

  /** Takes back one view of what `alloc` gave, or another on exactly its memory. */
  free(view: TypedArray): void {
    if (bufferOf(view) !== this.#heap.buffer) this.#refuseView("one of other memory");
    const at = offsetOf(view);
    const bytes = bytesOf(view);
    const index = bytes === 0 ? this.#empty.indexOf(at) : this.#blocks.findIndex((block) => block.at === at);
    if (index < 0 || (bytes > 0 && this.#blocks[index].bytes !== bytes)) this.#refusePlace(at, bytes);
    (bytes === 0 ? this.#empty : this.#blocks).splice(index, 1);
    this.#moveMark();
  }

  #moveMark(): void {
    const { length } = this.#blocks;
    this.#heap.mark = length === 0 ? this.#heap.arena : this.#blocks[length - 1].end;
  }

  /** Says what is free, and where that is more than one piece: `length` floats could fit in all of them together. */
  #refuseLength(length: number, each: 2 | 4): never {
    const { arena, arenaEnd } = this.#heap;
    let [at, pieces, largest, free] = [arena, 0, 0, 0];
    for (const block of [...this.#blocks, { at: arenaEnd, end: arenaEnd }]) {
      const room = block.at - at;
      if (room > 0) pieces++;
      free += room;
      largest = Math.max(largest, room);
      at = block.end;
    }
    const taken = `${arenaEnd - arena - free} of ${arenaEnd - arena} bytes are taken`;
    const apart = pieces > 1 ? `, the rest is in ${pieces} pieces` : "";
    const hint = `${taken}${apart}; createRuntime({ heapBytes }) makes a larger heap`;
    refuseValue("alloc", "length", `at most ${Math.floor(largest / each)} floats (${hint})`, length);
  }

  #refusePlace(at: number, bytes: number): never {
    const there = this.#blocks.find((block) => block.at < at + bytes && at < block.end);
    const given = `${bytes} bytes at byte ${at}`;
    if (there === undefined) this.#refuseView(`${given}, which are free (given back already?)`);
    this.#refuseView(`${given}, where alloc gave ${there.bytes} at byte ${there.at}`);
  }

  #refuseView(got: string): never {
    refuseValue("free", "view", "a view that alloc of this runtime gave", got);
  }
}
