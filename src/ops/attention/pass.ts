/**
 * Writes the pass that kernels read (assembly/attention/pass.ts). It lies in the heap's state: nobody else writes there during a
 * call. Each part is written only when it changes.
 */
import {
  PASS_ALIBI,
  PASS_BIAS,
  PASS_FORMATS,
  PASS_FROM,
  PASS_HEAD_DIM,
  PASS_HEADS,
  PASS_K,
  PASS_KEYS,
  PASS_MASK,
  PASS_O,
  PASS_ODD,
  PASS_PACKED,
  PASS_POSITION,
  PASS_Q,
  PASS_QUERIES,
  PASS_QUERY,
  PASS_SCRATCH,
  PASS_SOFTCAP,
  PASS_TO,
  PASS_V,
  PASS_VALUE_DIM,
  PASS_WEIGHTS,
  PASS_WIDE,
} from "../../../assembly/layout";
import type { Heap } from "../../heap";
import type { AttentionCall } from "./check";
import type { Block, Place } from "./operands";
import type { Plan } from "./plan";

/** Once a call. */
export function writeCall(heap: Heap, { softcap, headDim, valueDim }: AttentionCall, plan: Plan): void {
  const { state } = heap;
  heap.setFloat64(state + PASS_SOFTCAP, softcap);
  heap.setWord(state + PASS_O, plan.o);
  heap.setWord(state + PASS_QUERY, plan.query);
  heap.setWord(state + PASS_Q, plan.q);
  heap.setWord(state + PASS_SCRATCH, plan.scratch);
  heap.setWord(state + PASS_ODD, plan.odd);
  heap.setWord(state + PASS_PACKED, plan.chunk);
  heap.setWord(state + PASS_HEAD_DIM, headDim);
  heap.setWord(state + PASS_VALUE_DIM, valueDim);
  heap.setWord(state + PASS_WIDE, plan.stage);
}

/** Where the keys and values of a chunk are, floats from key to key, and the formats of both. */
export function writeKeys(heap: Heap, k: number, kPitch: number, v: number, vPitch: number, formats: number): void {
  const { state } = heap;
  heap.setWord(state + PASS_K, k);
  heap.setWord(state + PASS_K + 4, kPitch);
  heap.setWord(state + PASS_V, v);
  heap.setWord(state + PASS_V + 4, vPitch);
  heap.setWord(state + PASS_FORMATS, formats);
}

export function writeBlock(heap: Heap, { heads, rows }: Block, alibi: Place): void {
  const { state } = heap;
  heap.setWord(state + PASS_HEADS, heads);
  heap.setWord(state + PASS_QUERIES, rows);
  heap.setWord(state + PASS_ALIBI, alibi.at);
}

/** How many keys, and which of them query 0 sees from its position. */
export function writeSight(heap: Heap, keys: number, position: number, from: number, to: number): void {
  const { state } = heap;
  heap.setWord(state + PASS_KEYS, keys);
  heap.setFloat64(state + PASS_POSITION, position);
  heap.setWord(state + PASS_FROM, from);
  heap.setWord(state + PASS_TO, to);
}

export function writePairs(heap: Heap, bias: Place, mask: Place, weights: Place): void {
  writePlace(heap, heap.state + PASS_BIAS, bias);
  writePlace(heap, heap.state + PASS_MASK, mask);
  writePlace(heap, heap.state + PASS_WEIGHTS, weights);
}

function writePlace(heap: Heap, to: number, { at, head, row }: Place): void {
  heap.setWord(to, at);
  heap.setWord(to + 4, head);
  heap.setWord(to + 8, row);
}
