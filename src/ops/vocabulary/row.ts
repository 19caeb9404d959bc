/** A row of logits, one for each token of a vocabulary, in the heap: all at once where it fits, else a tile at a time. */

import {
  TILE_FROM,
  TILE_MASK,
  TILE_SHIFT,
  TILE_TOKENS,
  TILE_X,
  VOCABULARY_BLOCKS,
  VOCABULARY_DRAFT_TILE,
  VOCABULARY_ROW_TILE,
  VOCABULARY_STRIP,
} from "../../../assembly/layout";
import type { Logits } from "../../check";
import { type Floats, floatAt } from "../../half";
import { align16, type Heap } from "../../heap";
import { offsetOf } from "../../typedArray";
import type { Edits } from "./edits";
import type { Allowed } from "./mask";

/** Logits of a tile that is copied in: 16 KiB, which the kernel then reads from L1. */
const TILE = 4096;

/** Floats of the workspace that a row leaves free for lists, or a quarter of the workspace where that is less: 8192 tokens. */
const LIST_FLOATS = 32768;

/** The logits that a pass of a kernel goes over, tile by tile: a row, or a list. */
export interface Source {
  /** Address of the tile for the kernels. */
  readonly tile: number;
  /** Starts a pass. */
  rewind(): void;
  /** Makes the next tile ready. @returns false at the end of the pass */
  next(): boolean;
}

/** Where a row is copied to, if not to the workspace as the only row of a call. */
export interface Place {
  /** Address of its tile for the kernels. */
  readonly tile: number;
  /** First byte of the workspace that is the row's, and how many floats from there on. */
  readonly at: number;
  readonly room: number;
  /** How many of them it leaves free for lists. */
  readonly lists: number;
}

/** The room that a row has when it is the only one. @param at  first byte of it */
function placeFrom(heap: Heap, at: number): Place {
  const room = heap.room - ((at - heap.workspace) >> 2);
  return { tile: heap.state + VOCABULARY_ROW_TILE, at, room, lists: Math.min(room >> 2, LIST_FLOATS) };
}

/** Where the draft's row is: it stays there while the target's is looked at. */
export const draftPlace = (heap: Heap): Place => ({
  ...placeFrom(heap, heap.workspace),
  tile: heap.state + VOCABULARY_DRAFT_TILE,
});

/** Where the target's row is, behind the draft's; without room for both undefined: it takes the draft's place. */
export function placeBehind(heap: Heap, draft: Row): Place | undefined {
  const place = placeFrom(heap, draft.end);
  return draft.here && place.room >= 2 * (draft.length + LIST_FLOATS) ? place : undefined;
}

/** Halves of the workspace for two rows that go through it side by side. */
export function halves(heap: Heap): [target: Place, draft: Place] {
  const room = (heap.room >> 1) & -VOCABULARY_STRIP;
  const at = heap.workspace;
  return [
    { tile: heap.state + VOCABULARY_ROW_TILE, at, room, lists: 0 },
    { tile: heap.state + VOCABULARY_DRAFT_TILE, at: align16(at + 4 * room), room, lists: 0 },
  ];
}

/** Writes a tile for the kernels: fields as the class Tile of assembly/vocabulary/marks.ts. */
export function writeTile(
  heap: Heap,
  tile: number,
  x: number,
  mask: number,
  from: number,
  tokens: number,
  shift: number,
): void {
  heap.setWord(tile + TILE_X, x);
  heap.setWord(tile + TILE_MASK, mask);
  heap.setWord(tile + TILE_FROM, from);
  heap.setWord(tile + TILE_TOKENS, tokens);
  heap.setWord(tile + TILE_SHIFT, shift);
}

/** Tokens of a block: a strip, doubled until there are at most VOCABULARY_BLOCKS blocks. */
function blockOf(tokens: number): number {
  let block = VOCABULARY_STRIP;
  while (tokens > block * VOCABULARY_BLOCKS) block *= 2;
  return block;
}

/** Private by type alone: V8 takes longer to define a dozen #fields than to copy a short row. */
export class Row implements Source {
  readonly length: number;
  readonly tile: number;
  /** Blocks are of 2^shift tokens. */
  readonly shift: number;
  readonly blocks: number;
  /** First byte of the workspace that the row does not need. */
  readonly end: number;
  private readonly heap: Heap;
  private readonly mask: Allowed | undefined;
  private readonly edits: Edits | undefined;
  /** The caller's logits, and where the row begins among them. */
  private readonly logits: Floats;
  private readonly start: number;
  /** Where the logits and the mask's bits lie or are copied to, and room that copying the mask needs. */
  private readonly x: number;
  private readonly bits: number;
  private readonly scratch: number;
  /** Whether all logits, and all bits of the mask, are in the heap: since before the call, or copied by an earlier pass. */
  private xHere: boolean;
  private maskHere: boolean;
  /** The workspace has room for all of the row: it stays there once it is copied. */
  private readonly fits: boolean;
  /** Tokens to a tile, unless all are in the heap. */
  private readonly step: number;
  /** First token of the next tile of this pass, and whether the pass copies to where the row can stay. */
  private from = 0;
  private stays = false;

  /** @param row  which of the logits' rows */
  constructor(
    heap: Heap,
    { x, length }: Logits,
    row: number,
    mask: Allowed | undefined,
    edits: Edits | undefined,
    place: Place = placeFrom(heap, heap.workspace),
  ) {
    this.heap = heap;
    this.mask = mask;
    this.edits = edits;
    this.length = length;
    this.logits = x;
    this.start = row * length;
    this.tile = place.tile;
    const block = blockOf(length);
    this.shift = 31 - Math.clz32(block);
    this.blocks = Math.ceil(length / block);

    // logits that are edited are so in a copy
    const home = edits === undefined ? heap.locate(x, offsetOf(x)) : 0;
    const xHome = home === 0 ? 0 : home + 4 * this.start;
    const bitsHome = mask === undefined ? 0 : mask.home(length);
    this.xHere = xHome !== 0;
    this.maskHere = mask === undefined || bitsHome !== 0;
    const scratch = mask === undefined ? 0 : mask.scratch;
    const fitting = this.fitting(place, scratch);
    this.fits = length <= fitting;
    const whole = edits === undefined ? TILE : length; // so that edits are gone through once
    this.step = this.fits ? whole : fitting & -VOCABULARY_STRIP;
    const staged = this.fits ? length : this.step;
    this.x = this.xHere ? xHome : place.at;
    const bits = align16(place.at + (this.xHere ? 0 : 4 * staged));
    this.bits = this.maskHere ? bitsHome : bits;
    this.scratch = align16(bits + (this.maskHere ? 0 : 4 * Math.ceil(staged / 32)));
    this.end = align16(this.scratch + 4 * scratch);
  }

  /** How many tokens the workspace has room for. @param scratch  floats that writing the mask needs */
  private fitting({ room, lists }: Place, scratch: number): number {
    if (this.here) return this.length;
    const perToken = (this.xHere ? 0 : 1) + (this.maskHere ? 0 : 1 / 32);
    return Math.floor((room - lists - scratch - 16) / perToken);
  }

  /** Whether all of it is in the heap. */
  get here(): boolean {
    return this.xHere && this.maskHere;
  }

  /** The option by which a token may not be allowed. */
  get by(): "mask" | "bias" | undefined {
    if (this.mask !== undefined) return "mask";
    return this.bans > 0 ? "bias" : undefined;
  }

  /** How many tokens are banned by their bias: their logits are -Infinity. */
  get bans(): number {
    return this.edits === undefined ? 0 : this.edits.bans;
  }

  isBanned(token: number): boolean {
    return this.edits?.isBanned(token) === true;
  }

  allows(token: number): boolean {
    return this.mask === undefined || this.mask.has(token);
  }

  /** A token's logit, edited if it is to be. */
  logit(token: number): number {
    const logit = floatAt(this.logits, this.start + token);
    return this.edits === undefined ? logit : this.edits.of(token, logit);
  }

  /**
   * Starts a pass.
   *
   * @param keep  there will be another pass: if the row fits, it is copied to where it can stay
   * @param from  the first token, a multiple of VOCABULARY_STRIP
   */
  rewind(keep = true, from = 0): void {
    this.from = from;
    this.stays = keep && this.fits && from === 0;
  }

  next(): boolean {
    const n = this.span;
    if (n === 0) {
      if (this.stays) this.xHere = this.maskHere = true;
      return false;
    }
    this.take(n);
    return true;
  }

  /** How many tokens the next tile may have: 0 at the end of the pass. */
  get span(): number {
    const left = this.length - this.from;
    return this.here ? left : Math.min(this.step, left);
  }

  /** Makes the next tile ready, of n tokens. */
  take(n: number): void {
    const { from } = this;
    this.from = from + n;
    writeTile(this.heap, this.tile, this.placeLogits(from, n), this.placeBits(from, n), from, n, this.shift);
  }

  /** Where n logits are from `from` on, in the heap. */
  private placeLogits(from: number, n: number): number {
    if (this.xHere) return this.x + 4 * from;
    const x = this.stays ? this.x + 4 * from : this.x;
    this.heap.write(x, this.logits, this.start + from, n);
    this.edits?.apply(this.heap, x, from, n);
    return x;
  }

  /** The same for the bits of the mask; 0 without one. */
  private placeBits(from: number, n: number): number {
    if (this.mask === undefined) return 0;
    if (this.maskHere) return this.bits + (from >> 3);
    const bits = this.stays ? this.bits + (from >> 3) : this.bits;
    this.mask.write(bits, this.scratch, from, n);
    return bits;
  }
}
