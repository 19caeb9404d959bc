/**
 * Which tokens are allowed, as the libraries for grammars give it: a bit a token, bit i & 31 of word i >> 5, or a byte a token.
 * Where the mask is too short the tokens that it does not reach are not allowed; where it is too long its end is not read.
 */

import { isUint8Array, type TokenMask } from "../../check";
import type { Core } from "../../heap";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { lengthOf, offsetOf } from "../../typedArray";

/** Bytes of a mask that are copied in and made bits at a time: 4 KiB, which stay in L1. */
const CHUNK = 4096;

export class Allowed {
  readonly #core: Core<VocabularyKernels>;
  readonly #mask: TokenMask;
  readonly #length: number;
  readonly #bytes: boolean;
  /** Floats of the workspace that `write` needs as scratch. */
  readonly scratch: number;

  constructor(core: Core<VocabularyKernels>, mask: TokenMask) {
    this.#core = core;
    this.#mask = mask;
    this.#length = lengthOf(mask);
    this.#bytes = isUint8Array(mask);
    this.scratch = this.#bytes ? CHUNK >> 2 : 0;
  }

  /** The address of the mask's bits where all of them lie in the heap already, else 0. */
  home(tokens: number): number {
    if (this.#bytes || 32 * this.#length < tokens) return 0;
    return this.#core.heap.locate(this.#mask, offsetOf(this.#mask));
  }

  has(token: number): boolean {
    if (this.#bytes) return token < this.#length && this.#mask[token] !== 0;
    return token >> 5 < this.#length && ((this.#mask[token >> 5] >>> (token & 31)) & 1) === 1;
  }

  /** heap[at…] = the bits of n tokens from `from` on, a multiple of 32. @param scratch  that many floats */
  write(at: number, scratch: number, from: number, n: number): void {
    if (!this.#bytes) {
      this.#writeWords(at, from >> 5, (n + 31) >> 5);
      return;
    }
    for (let c = 0; c < n; c += CHUNK) this.#writeBits(at + (c >> 3), scratch, from + c, Math.min(CHUNK, n - c));
  }

  #writeWords(at: number, from: number, count: number): void {
    const { heap } = this.#core;
    const given = Math.min(Math.max(this.#length - from, 0), count);
    if (given > 0) heap.writeWords(at, this.#mask as Uint32Array, from, given);
    heap.clear(at + 4 * given, 4 * (count - given));
  }

  #writeBits(at: number, scratch: number, from: number, count: number): void {
    const { heap, kernels } = this.#core;
    const given = Math.min(Math.max(this.#length - from, 0), count);
    if (given > 0) heap.writeBytes(scratch, this.#mask as Uint8Array, from, given);
    const whole = (count + 31) & ~31;
    heap.clear(scratch + given, whole - given);
    kernels.vocabularyBits(at, scratch, whole);
  }
}
