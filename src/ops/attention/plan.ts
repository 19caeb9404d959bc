/**
 * How attention is cut so that it fits the workspace: blocks of rows against chunks of keys. Whatever the sizes, what
 * is kept of a block of queries is q, o, m and l; the scores are never there as a whole.
 */
import {
  COLUMNS_MULTIPLE,
  QUERY_BYTES,
  ROW_SCRATCH,
  ROWS_MULTIPLE,
  TILED_KEYS,
  TILED_ROWS,
} from "../../../assembly/layout";

/** Rows that share their keys, up to which these are read where they lie and not packed. */
export const FEW_ROWS = 12;
/** Keys copied in and packed at a time, at most. */
const PIECE = TILED_KEYS;

/** Keys and values that are copied in and read where they lie stay in the second cache meanwhile. */
const CACHED_FLOATS = 65536;

interface Need {
  readonly headDim: number;
  readonly valueDim: number;
  /** Rows that share their keys: queries · heads / kvHeads. */
  readonly rows: number;
  readonly keys: number;
  /** k or v lies outside the heap. */
  readonly keysOutside: boolean;
  /** Floats of bias, mask and weights that every pair of query and key needs here. */
  readonly perPair: number;
}

/** Sizes, and offsets in floats from the workspace. */
export interface Plan {
  readonly tiled: boolean;
  /** Rows of a block at most, of a slice of one (what goes through the stage at a time), and keys of a chunk. */
  readonly rows: number;
  readonly slice: number;
  readonly chunk: number;
  /** Keys that go through the stage at a time. */
  readonly piece: number;
  readonly q: number;
  readonly o: number;
  readonly query: number;
  readonly scalars: number;
  readonly lse: number;
  readonly scratch: number;
  /** q and out of a slice of rows, or k and v of a piece of keys, on their way in or out. */
  readonly stage: number;
  readonly packedK: number;
  readonly packedV: number;
  readonly odd: number;
  /** bias, mask and weights of a block of rows and a chunk of keys. */
  readonly pairs: number;
}

export const roundUp = (n: number, multiple: number): number => Math.ceil(n / multiple) * multiple;

/** Slack behind bias and mask: whole tiles are read of them. */
const SLACK = 16;

/** A plan for blocks of `rows`, with as many keys as then fit; undefined when fewer than `least` do. */
function planFor(need: Need, room: number, tiled: boolean, rows: number, least: number): Plan | undefined {
  const { headDim, valueDim, keysOutside, perPair } = need;
  const columns = roundUp(valueDim, COLUMNS_MULTIPLE);
  const dims = headDim + valueDim;
  const slice = Math.min(rows, TILED_ROWS);
  // a slice begins at any row, and is padded to a multiple from there
  const all = roundUp(rows, ROWS_MULTIPLE) + (slice < rows ? ROWS_MULTIPLE : 0);
  const piece = tiled ? Math.min(PIECE, roundUp(Math.max(need.keys, 1), COLUMNS_MULTIPLE)) : 0;

  const q = 0;
  const o = q + all * roundUp(headDim, 4);
  const query = o + 2 * all * columns;
  const scalars = query + (all * QUERY_BYTES) / 4;
  const lse = scalars + roundUp(2 * rows, 4);
  const scratch = lse + roundUp(rows, 4);
  const stage = scratch + (tiled ? (roundUp(slice, ROWS_MULTIPLE) + 1) * TILED_KEYS : rows * (ROW_SCRATCH + columns));
  const staged = roundUp(slice * Math.max(headDim, valueDim) + SLACK, 4);
  const fixed = stage + Math.max(staged, tiled && keysOutside ? piece * dims + SLACK : 0) + 4 * SLACK;

  const perKey = (tiled ? headDim + columns + 1 / 4 : keysOutside ? dims : 0) + rows * perPair;
  let most = perKey === 0 ? Infinity : Math.floor((room - fixed) / perKey);
  if (!tiled && keysOutside) most = Math.min(most, Math.max(4, Math.floor(CACHED_FLOATS / dims)));
  const multiple = tiled ? COLUMNS_MULTIPLE : 4;
  const chunk = Math.min(roundUp(Math.max(need.keys, 1), multiple), Math.floor(most / multiple) * multiple);
  if (!(room >= fixed && chunk >= Math.min(least, roundUp(need.keys, multiple)))) return undefined;

  const direct = !tiled && keysOutside;
  const packedK = fixed - 4 * SLACK;
  const packedV = packedK + roundUp(chunk * (tiled || direct ? headDim : 0), 4);
  const odd = packedV + roundUp(chunk * (tiled ? columns : direct ? valueDim : 0), 4);
  const pairs = odd + (tiled ? roundUp(chunk, 16) / 4 : 0) + SLACK;
  return { tiled, rows, slice, chunk, piece, q, o, query, scalars, lse, scratch, stage, packedK, packedV, odd, pairs };
}

/** @throws {RangeError} one query and four keys do not fit */
export function plan(need: Need, room: number): Plan {
  const { rows, keys } = need;
  if (rows > FEW_ROWS) {
    // Blocks of 24 rows while all keys fit beside them; then keys are packed once for all blocks.
    for (let block = TILED_ROWS; block >= ROWS_MULTIPLE; block >>= 1) {
      const found = planFor(need, room, true, Math.min(rows, block), PIECE);
      if (found === undefined) continue;
      if (found.chunk >= keys || need.perPair > 0 || block < TILED_ROWS) return found;
      // Keys stream past: the more rows a block has, the less often they are packed again.
      for (let more = Math.floor(rows / TILED_ROWS) * TILED_ROWS; more > TILED_ROWS; more = half(more)) {
        const wide = planFor(need, room, true, more, 4 * PIECE);
        if (wide !== undefined) return wide;
      }
      return found;
    }
  }
  for (let block = Math.min(rows, FEW_ROWS); block >= 1; block >>= 1) {
    const found = planFor(need, room, false, block, 4);
    if (found !== undefined) return found;
  }
  throw new RangeError(
    `attention: "headDim" and "valueDim" expected rows of which one query and four keys fit the ${4 * room} bytes left of the heap ` +
      `(createRuntime({ heapBytes }) makes a larger one), got ${need.headDim} and ${need.valueDim}`,
  );
}

/**
 * Cuts heads × queries into parts of at most `rows` rows: whole heads while one fits, else some queries of one head. A
 * block of all the queries that share their keys is cut out so, and a slice of a block.
 */
export function eachPart(
  heads: number,
  queries: number,
  rows: number,
  work: (h: number, heads: number, i: number, queries: number) => void,
): void {
  const headsTogether = Math.max(1, Math.floor(rows / queries));
  const queriesTogether = Math.min(rows, queries);
  for (let h = 0; h < heads; h += headsTogether) {
    for (let i = 0; i < queries; i += queriesTogether) {
      work(h, Math.min(headsTogether, heads - h), i, Math.min(queriesTogether, queries - i));
    }
  }
}

const half = (rows: number): number => Math.floor(rows / 2 / TILED_ROWS) * TILED_ROWS;
