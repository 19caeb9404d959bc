/**
 * The arrays of a call, each seen as [batch, heads, rows, elements] at its own pitches. Whether a kernel reads and writes a part
 * of one at home, where it lies in the heap, or a copy of it on a stage in the workspace, is decided here and nowhere else.
 */
import { type Floats, Half } from "../../half";
import type { Heap } from "../../heap";
import { offsetOf } from "../../typedArray";

/** An array, and how many elements apart its batch entries, heads and rows are; 0 where it is broadcast. */
export interface Spread<Values extends Floats | Uint8Array> {
  readonly values: Values;
  readonly batch: number;
  readonly head: number;
  readonly row: number;
}

export interface Operand<Values extends Floats | Uint8Array = Floats> extends Spread<Values> {
  /** Its address in the heap; 0 where kernels work on a copy: it lies outside, or has 16 bits and kernels are to see float32s. */
  readonly home: number;
  /** Bytes of an element as kernels see it; 2 where they read floats of 16 bits as they are. */
  readonly bytes: 1 | 2 | 4;
}

type AnyOperand = Operand<Floats | Uint8Array>;

/** Rows i … i + rows of heads h … h + heads, in batch entry b. */
export interface Block {
  readonly b: number;
  readonly h: number;
  readonly heads: number;
  readonly i: number;
  readonly rows: number;
}

/** Where a kernel finds a part of an operand, and its pitches there. */
export interface Place {
  readonly at: number;
  readonly head: number;
  readonly row: number;
}

export const NOWHERE: Place = { at: 0, head: 0, row: 0 };

export function operand<Values extends Floats | Uint8Array>(
  heap: Heap,
  { values, batch, head, row }: Spread<Values>,
  bytes: 1 | 4, // instanceof does not know the arrays of another realm
): Operand<Values> {
  return { values, batch, head, row, home: heap.locate(values, offsetOf(values)), bytes };
}

/** values[batch, heads, rows, floats], or [batch, rows, heads, floats]. */
export function tensor(
  heap: Heap,
  values: Floats,
  heads: number,
  rows: number,
  floats: number,
  sequenceFirst = false,
): Operand {
  const head = sequenceFirst ? floats : rows * floats;
  const row = sequenceFirst ? heads * floats : floats;
  return operand(heap, { values, batch: heads * rows * floats, head, row }, 4);
}

/** The same for keys or values that attentionRows takes as they are, whatever their format. */
export function unwidened(heap: Heap, x: Operand): Operand {
  return x.values instanceof Half ? { ...x, home: heap.homeOf(x.values), bytes: 2 } : x;
}

/** Whether there is such an operand and kernels need a stage for it. */
export const isOutside = (x: AnyOperand | undefined): boolean => x !== undefined && x.home === 0;

/** `count` elements between a stage and an array. */
type Move = (heap: Heap, x: AnyOperand, stage: number, from: number, count: number) => void;

const moveIn: Move = (heap, { values, bytes }, stage, from, count) => {
  if (bytes === 1) heap.writeBytes(stage, values as Uint8Array, from, count);
  else if (bytes === 2) heap.writeHalves(stage, values as Half, from, count);
  else heap.write(stage, values as Floats, from, count);
};

const moveOut: Move = (heap, { values }, stage, from, count) => heap.read(values as Floats, from, stage, count);

/** Moves elements j … j + count of each row of a block, in runs of elements that lie side by side. */
function moveBlock(heap: Heap, x: AnyOperand, block: Block, j: number, count: number, stage: number, move: Move): void {
  const { head, row, bytes } = x;
  const heads = head === 0 ? 1 : block.heads;
  const rows = row === 0 ? 1 : block.rows;
  const first = block.b * x.batch + block.h * head + block.i * row + j;
  const rowsTouch = rows === 1 || row === count;
  if (rowsTouch && (heads === 1 || head === rows * count)) {
    move(heap, x, stage, first, heads * rows * count);
    return;
  }
  for (let g = 0; g < heads; g++) {
    const to = stage + bytes * g * rows * count;
    const from = first + g * head;
    if (rowsTouch) move(heap, x, to, from, rows * count);
    else for (let i = 0; i < rows; i++) move(heap, x, to + bytes * i * count, from + i * row, count);
  }
}

/** Where a kernel finds elements j … j + count of each row of a block: in the array, if it lies in the heap, else at `stage`. */
export function place(x: AnyOperand, block: Block, j: number, count: number, stage: number): Place {
  const { home, bytes, head, row } = x;
  if (home !== 0) return { at: home + bytes * (block.b * x.batch + block.h * head + block.i * row + j), head, row };
  const rows = row === 0 ? 1 : block.rows;
  return { at: stage, head: head === 0 ? 0 : rows * count, row: row === 0 ? 0 : count };
}

/** As place, and copies the elements to the stage first where the array lies outside the heap. NOWHERE without an operand. */
export function bring(
  heap: Heap,
  x: AnyOperand | undefined,
  block: Block,
  j: number,
  count: number,
  stage: number,
): Place {
  if (x === undefined) return NOWHERE;
  if (x.home === 0) moveBlock(heap, x, block, j, count, stage, moveIn);
  return place(x, block, j, count, stage);
}

/** Copies the elements that a kernel has written to the stage to the array, where that lies outside the heap. */
export function take(heap: Heap, x: Operand, block: Block, j: number, count: number, stage: number): void {
  if (x.home === 0) moveBlock(heap, x, block, j, count, stage, moveOut);
}

/** Cuts a block into blocks of at most `rows` rows: whole heads while one fits, else some rows of one head. */
export function cut(block: Block, rows: number): readonly Block[] {
  if (block.heads * block.rows <= rows) return [block];
  const headsTogether = Math.max(1, Math.floor(rows / block.rows));
  const rowsTogether = Math.min(rows, block.rows);
  const parts: Block[] = [];
  for (let g = 0; g < block.heads; g += headsTogether) {
    for (let i = 0; i < block.rows; i += rowsTogether) {
      parts.push({
        b: block.b,
        h: block.h + g,
        heads: Math.min(headsTogether, block.heads - g),
        i: block.i + i,
        rows: Math.min(rowsTogether, block.rows - i),
      });
    }
  }
  return parts;
}
