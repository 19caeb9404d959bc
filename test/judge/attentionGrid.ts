/**
 * Every option of attention with every other: a pairwise covering of this table, found greedily. Each value becomes the part
 * of a call; what it needs of the sizes comes from the rest of the row.
 */
import type { AttentionOptions, Shape4 } from "../../src/ops/attention/attention";
import { type Call, callOf } from "./attentionReference";
import { normals, random } from "./random.mjs";

const TABLE = {
  queries: [1, 2, 5, 17, 49, 100],
  keys: [1, 3, 8, 25, 97, 130],
  headDim: [1, 3, 8, 64, 80],
  valueDim: [undefined, 1, 5, 24, 130],
  heads: [
    [1, 1],
    [4, 4],
    [4, 2],
    [6, 1],
  ],
  batch: [1, 2],
  layout: [undefined, "bshd"],
  scale: [undefined, 0.3, -1],
  causal: [false, true],
  window: [undefined, 4, [7, 0], [0, 3], [30, 30]],
  queryOffset: [undefined, 0, 3, -2],
  softcap: [undefined, 2],
  bias: [undefined, "1111", "0011", "1101", "0001"],
  mask: [undefined, "1111", "0011", "0101", "1001"],
  alibi: [false, true],
  sinks: [false, true],
  keyLengths: [false, true],
} as const;

type Row = { [Name in Exclude<keyof typeof TABLE, "keys">]: (typeof TABLE)[Name][number] } & { keys: number };

/** Around the 512 keys that few queries meet on end, and around twice as many. */
const STREAKS = [511, 512, 513, 577, 1025];

/** The rows of few queries, with so many keys. */
export const onEnd = (rows: readonly Row[]): Row[] =>
  rows.filter(({ queries }) => queries <= 5).map((row, i) => ({ ...row, keys: STREAKS[i % STREAKS.length] }));

const NAMES = Object.keys(TABLE) as (keyof typeof TABLE)[];

/** Rows in which every two values of two options meet. */
export function pairwise(seed: number): Row[] {
  const next = random(seed);
  const open = new Set<string>();
  const key = (a: number, x: number, b: number, y: number) => `${a}.${x}|${b}.${y}`;
  const sizes = NAMES.map((name) => TABLE[name].length);
  for (let a = 0; a < NAMES.length; a++) {
    for (let b = a + 1; b < NAMES.length; b++) {
      for (let x = 0; x < sizes[a]; x++) for (let y = 0; y < sizes[b]; y++) open.add(key(a, x, b, y));
    }
  }
  const gain = (row: readonly number[]) => {
    let count = 0;
    for (let a = 0; a < row.length; a++) {
      for (let b = a + 1; b < row.length; b++) if (open.has(key(a, row[a], b, row[b]))) count++;
    }
    return count;
  };
  const rows: number[][] = [];
  while (open.size > 0) {
    let best = sizes.map((n) => Math.floor(next() * n));
    const [missing] = open;
    for (const part of missing.split("|")) {
      const [a, x] = part.split(".").map(Number);
      best[a] = x;
    }
    for (let a = 0; a < best.length; a++) {
      for (let x = 0; x < sizes[a]; x++) {
        const changed = best.map((value, i) => (i === a ? x : value));
        if (gain(changed) > gain(best)) best = changed;
      }
    }
    for (let a = 0; a < best.length; a++) {
      for (let b = a + 1; b < best.length; b++) open.delete(key(a, best[a], b, best[b]));
    }
    rows.push(best);
  }
  return rows.map((row) => Object.fromEntries(NAMES.map((name, a) => [name, TABLE[name][row[a]]])) as Row);
}

/** The call of a row. */
export function callOfRow(row: Row, seed: number): Call {
  const next = random(seed);
  const [heads, kvHeads] = row.heads;
  const { queries, keys, batch, headDim } = row;
  const draw = normals(seed + 1);
  const shapeOf = (bits: string): Shape4 => {
    const full = [batch, heads, queries, keys];
    return full.map((n, i) => (bits[i] === "1" ? n : 1)) as unknown as Shape4;
  };
  const count = (shape: Shape4) => shape.reduce((n, size) => n * size, 1);
  const options: AttentionOptions = { headDim, heads, kvHeads, batch, causal: row.causal };
  if (row.valueDim !== undefined) options.valueDim = row.valueDim;
  if (row.layout !== undefined) options.layout = row.layout;
  if (row.scale !== undefined) options.scale = row.scale;
  if (row.window !== undefined) options.window = row.window;
  if (row.queryOffset !== undefined) options.queryOffset = row.queryOffset;
  if (row.softcap !== undefined) options.softcap = row.softcap;
  if (row.alibi) options.alibi = Float32Array.from({ length: heads }, (_, h) => 2 ** -(h + 1));
  if (row.sinks) options.sinks = draw(heads);
  if (row.keyLengths) options.keyLengths = Uint32Array.from({ length: batch }, () => Math.floor(next() * (keys + 1)));
  if (row.bias !== undefined) {
    options.biasShape = shapeOf(row.bias);
    options.bias = draw(count(options.biasShape)).map((v) => (next() < 0.05 ? -Infinity : v));
  }
  if (row.mask !== undefined) {
    options.maskShape = shapeOf(row.mask);
    options.mask = Uint8Array.from({ length: count(options.maskShape) }, () => (next() < 0.7 ? 1 : 0));
  }
  return callOf(seed + 2, queries, keys, options);
}

const STREAMED = {
  heads: [
    [1, 1],
    [2, 1],
    [4, 1],
    [4, 2],
    [8, 1],
    [3, 3],
    [6, 2],
  ],
  dims: [
    [1, 1],
    [4, 9],
    [8, 8],
    [16, 30],
    [33, 5],
    [64, 64],
  ],
  heapBytes: [65536, 131072, 262144],
  layout: ["bhsd", "bshd"],
  window: [undefined, undefined, undefined, 40, [300, 0], [0, Infinity], [Infinity, 7]],
  queryOffset: [undefined, undefined, 0, -3, 2 ** 29, -(2 ** 40)],
  spread: [undefined, undefined, "1111", "0011", "1101", "0001"],
} as const;

/** A call whose keys and values do not fit the heap, and the heap. */
interface Streamed {
  readonly call: Call;
  readonly heapBytes: number;
  readonly label: string;
}

/** `count` of them drawn at random: heads that share keys, 1 … 100 queries, all that limits sight or is added. */
export function streamed(seed: number, count: number): Streamed[] {
  const next = random(seed);
  const one = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)];
  return Array.from({ length: count }, (_, n) => {
    const [heads, kvHeads] = one(STREAMED.heads);
    const [headDim, valueDim] = one(STREAMED.dims);
    const heapBytes = one(STREAMED.heapBytes);
    const keys = Math.ceil(heapBytes / (4 * (headDim + valueDim))) + Math.floor(500 * next());
    const most = Math.ceil(2e5 / (heads * keys)); // the definition takes a while
    const queries = Math.min(1 + Math.floor(100 * next()), most);
    const shapeOf = (bits: string | undefined) =>
      bits === undefined ? undefined : [1, heads, queries, keys].map((size, i) => (bits[i] === "1" ? size : 1));
    const length = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
    const options: AttentionOptions = {
      headDim,
      valueDim,
      heads,
      kvHeads,
      layout: one(STREAMED.layout),
      causal: next() < 0.3,
      window: one(STREAMED.window),
      queryOffset: one(STREAMED.queryOffset),
      softcap: next() < 0.1 ? 3 : undefined,
      sinks: next() < 0.2 ? normals(seed + n)(heads) : undefined,
    };
    const biasShape = shapeOf(one(STREAMED.spread)) as Shape4 | undefined;
    if (biasShape !== undefined) {
      options.biasShape = biasShape;
      options.bias = normals(seed + n)(length(biasShape)).map((b) => (next() < 0.05 ? -Infinity : b));
    }
    const maskShape = shapeOf(one(STREAMED.spread)) as Shape4 | undefined;
    if (maskShape !== undefined) {
      options.maskShape = maskShape;
      options.mask = Uint8Array.from({ length: length(maskShape) }, () => (next() < 0.7 ? 1 : 0));
    }
    const { bias, mask, ...said } = options;
    const label = `${queries}×${keys} in ${heapBytes} bytes, seed ${seed} call ${n}: ${JSON.stringify(said)}`;
    return { call: callOf(seed + n, queries, keys, options), heapBytes, label };
  });
}
