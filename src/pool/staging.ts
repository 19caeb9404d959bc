/**
 * Arrays that are not shared go through the staging: shared memory of fixed size, into which the regions of as many units are copied
 * as fit, and out of which their results are copied when those are done.
 */
import type { TypedArray } from "../typedArray";
import { type Arrays, elementBytes, gather, isShared, scatter, sizeOf, viewOf } from "./arrays";
import { cut, isOutput, piecesOf, type Region, type Task, unitsOf } from "./task";

/** 32 MiB, which are not touched before they are needed. */
const BYTES = 2 ** 25;

/** Copies of some units' regions. */
export interface Staged {
  /** The first piece, and one past the last unit. */
  readonly first: number;
  readonly end: number;
  /** Where each piece's copies are, by the name of the array. */
  readonly places: Readonly<Record<string, Int32Array>>;
}

/** A place in the staging, and whose copy is there. */
interface Place {
  readonly at: number;
  readonly region: Region;
}

const same = (a: Region, b: Region): boolean => a.from === b.from && a.runs === b.runs && a.length === b.length;

export class Staging {
  #buffer: SharedArrayBuffer | undefined;

  get buffer(): SharedArrayBuffer {
    this.#buffer ??= new SharedArrayBuffer(BYTES);
    return this.#buffer;
  }

  /** Copies in as many units as fit, from `unit` on. Where not even that one fits, `end` is `unit`. */
  bring(task: Task, arrays: Arrays, unit: number): Staged {
    const names = Object.keys(arrays).filter((name) => !isShared(arrays[name]));
    const [first] = piecesOf(task, unit);
    const units = unitsOf(task);
    if (names.length === 0) return { first, end: units, places: {} };
    const lists: Record<string, number[]> = {};
    const last: Record<string, Place> = {};
    for (const name of names) lists[name] = [];
    let [at, end] = [0, unit];
    for (; end < units; end++) {
      const next = this.#bringUnit(task, arrays, end, at, lists, last);
      if (next > BYTES) break;
      at = next;
    }
    const places: Record<string, Int32Array> = {};
    for (const name of names) places[name] = Int32Array.from(lists[name]);
    return { first, end, places };
  }

  /** @returns the first byte behind the unit's copies; more than BYTES where they do not fit: then the unit's places mean nothing */
  #bringUnit(
    task: Task,
    arrays: Arrays,
    unit: number,
    at: number,
    lists: Record<string, number[]>,
    last: Record<string, Place>,
  ): number {
    const [from, to] = piecesOf(task, unit);
    for (let piece = from; piece < to; piece++) {
      for (const list of Object.values(lists)) list.push(-1); // of a row's mask other pieces have none
      for (const [name, region] of Object.entries(cut(task, piece))) {
        const list = lists[name];
        if (list === undefined) continue; // it is shared
        const before = last[name];
        // neighbours often read the same: keys and values of a head, a mask for all rows
        const known = before !== undefined && !isOutput(name) && same(before.region, region);
        list[list.length - 1] = known ? before.at : at;
        if (known) continue;
        const { type } = task.kinds[name];
        const bytes = sizeOf(region) * elementBytes(type);
        if (at + bytes > BYTES) return Infinity;
        last[name] = { at, region };
        if (!isOutput(name)) gather(viewOf(type, this.buffer, at, sizeOf(region)), arrays[name], region);
        at += (bytes + 15) & ~15;
      }
    }
    return at;
  }

  /** Copies the results of a unit out. */
  take(task: Task, arrays: Arrays, { first, places }: Staged, unit: number): void {
    const names = Object.keys(places).filter(isOutput);
    if (names.length === 0) return;
    const [from, to] = piecesOf(task, unit);
    for (let piece = from; piece < to; piece++) {
      const regions = cut(task, piece);
      for (const name of names) {
        const region = regions[name];
        const view = viewOf(task.kinds[name].type, this.buffer, places[name][piece - first], sizeOf(region));
        scatter(arrays[name], view, region);
      }
    }
  }
}

/** What a worker finds in the staging. */
export const stagedView = (
  task: Task,
  staging: SharedArrayBuffer,
  places: Staged["places"],
  index: number,
  name: string,
  region: Region,
): TypedArray | undefined => {
  const list = places[name];
  return list && viewOf(task.kinds[name].type, staging, list[index], sizeOf(region));
};
