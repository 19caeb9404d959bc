/**
 * How attention is cut so that it fits the workspace: blocks of rows against chunks of keys (the words: run.ts). Of a block the
 * workspace holds q, o, m and l. The scores are never held as a whole, whatever the sizes.
 */
import {
  COLUMNS_MULTIPLE,
  QUERY_BYTES,
  ROW_KEYS,
  ROW_STREAK,
  ROWS_MULTIPLE,
  TILED_KEYS,
  TILED_ROWS,
} from "../../../assembly/layout";
import { refuseValue } from "../../check";

/** Up to this many rows that share their keys, keys are read where they lie: packing them would take longer than it saves. */
export const FEW_ROWS = 16;
/** Keys of a piece, at most: as many as the tiles take together. */
const PIECE = TILED_KEYS;

/** Floats of keys and values that are copied in and not packed, at most: 256 KiB, which stay in L2 until they are used. */
const CACHED_FLOATS = 65536;

/**
 * How a block meets its keys: in tiles, or row by row; and there also keys and values of 16 bits as they are, which otherwise are
 * widened on their way in.
 */
type Way = "tiles" | "rows" | "rows of halves";

interface Need {
  readonly headDim: number;
  readonly valueDim: number;
  /** Rows that share their keys: queries · heads / kvHeads. */
  readonly rows: number;
  readonly keys: number;
  /** k or v lies outside the heap. */
  readonly keysOutside: boolean;
  /** k or v has 16 bits. */
  readonly halves: boolean;
  /** There are bias, weights or a mask, and outside the heap. */
  readonly bias: boolean;
  readonly weights: boolean;
  readonly mask: boolean;
}

/** Where the plan is to fit: an address, and how many floats there are from it on. */
interface Space {
  readonly workspace: number;
  readonly room: number;
}

/** Sizes, and addresses in the workspace. */
export interface Plan {
  readonly way: Way;
  /** Rows of a block and of a slice, keys of a chunk and of a piece, at most. */
  readonly rows: number;
  readonly slice: number;
  readonly chunk: number;
  readonly piece: number;
  /** Addresses of q, o and Query of a block's rows (assembly/attention/query.ts), and bytes from row to row of q and of o. */
  readonly q: number;
  readonly o: number;
  readonly query: number;
  readonly qBytes: number;
  readonly oBytes: number;
  readonly scratch: number;
  readonly packedK: number;
  readonly packedV: number;
  readonly odd: number;
  /** Stages. `stage` is that of q and out of a slice, or of k and v of a piece, or of those that attentionRows widens. */
  readonly stage: number;
  readonly sinks: number;
  readonly alibi: number;
  readonly lse: number;
  readonly bias: number;
  readonly weights: number;
  readonly mask: number;
}

const roundUp = (n: number, multiple: number): number => Math.ceil(n / multiple) * multiple;

/** Kernels read the stages, bias and mask in whole tiles, up to 16 elements past the end: so many floats are left free there. */
const SLACK = 16;

/** Floats that every pair of a row and a key needs on the stages; a mask takes a byte. */
const perPair = (need: Need): number => (need.bias ? 1 : 0) + (need.weights ? 1 : 0) + (need.mask ? 1 / 4 : 0);

/** A plan for blocks of `rows` rows and chunks of as many keys as then fit; undefined where fewer than `least` keys do. */
function planFor(need: Need, heap: Space, way: Way, rows: number, least: number): Plan | undefined {
  const { headDim, valueDim } = need;
  const { room } = heap;
  const tiled = way === "tiles";
  const keysOutside = need.keysOutside || (need.halves && way !== "rows of halves");
  const columns = roundUp(valueDim, COLUMNS_MULTIPLE);
  const dims = headDim + valueDim;
  const slice = Math.min(rows, TILED_ROWS);
  // a slice begins at any row, and is padded to a multiple from there
  const all = roundUp(rows, ROWS_MULTIPLE) + (slice < rows ? ROWS_MULTIPLE : 0);
  const piece = tiled ? Math.min(PIECE, roundUp(Math.max(need.keys, 1), COLUMNS_MULTIPLE)) : 0;

  const o = all * roundUp(headDim, 4);
  const query = o + 2 * all * columns;
  const scalars = query + (all * QUERY_BYTES) / 4;
  const lse = scalars + roundUp(2 * rows, 4);
  const scratch = lse + roundUp(rows, 4);
  const scores = tiled ? (roundUp(slice, ROWS_MULTIPLE) + 1) * TILED_KEYS : rows * (ROW_STREAK + ROW_KEYS + columns);
  const stage = scratch + scores;
  const staged = slice * Math.max(headDim, valueDim);
  const onStage = way === "rows of halves" ? ROW_KEYS : tiled && keysOutside ? piece : 0;
  const fixed = stage + roundUp(Math.max(staged, onStage * dims) + SLACK, 4) + 4 * SLACK;

  const perKey = (tiled ? headDim + columns + 1 / 4 : keysOutside ? dims : 0) + rows * perPair(need);
  let most = perKey === 0 ? Infinity : Math.floor((room - fixed) / perKey);
  if (!tiled && keysOutside) most = Math.min(most, Math.max(4, Math.floor(CACHED_FLOATS / dims)));
  const multiple = tiled ? COLUMNS_MULTIPLE : 4;
  const together = tiled ? TILED_KEYS : ROW_KEYS; // cuts between them change no bit
  const unit = most < together ? multiple : together;
  const chunk = Math.min(roundUp(Math.max(need.keys, 1), multiple), Math.floor(most / unit) * unit);
  if (!(room >= fixed && chunk >= Math.min(least, roundUp(need.keys, multiple)))) return undefined;

  const direct = !tiled && keysOutside;
  const packedK = fixed - 4 * SLACK;
  const packedV = packedK + roundUp(chunk * (tiled || direct ? headDim : 0), 4);
  const odd = packedV + roundUp(chunk * (tiled ? columns : direct ? valueDim : 0), 4);
  const bias = odd + (tiled ? roundUp(chunk, 16) / 4 : 0) + SLACK;
  const weights = bias + (need.bias ? rows * chunk : 0);
  const mask = weights + (need.weights ? rows * chunk : 0);
  const at = (floats: number): number => heap.workspace + 4 * floats;
  return {
    way,
    rows,
    slice,
    chunk,
    piece,
    q: at(0),
    o: at(o),
    query: at(query),
    qBytes: 4 * roundUp(headDim, 4),
    oBytes: 8 * columns,
    scratch: at(scratch),
    packedK: at(packedK),
    packedV: at(packedV),
    odd: at(odd),
    stage: at(stage),
    sinks: at(scalars),
    alibi: at(scalars + rows),
    lse: at(lse),
    bias: at(bias),
    weights: at(weights),
    mask: at(mask),
  };
}

/** @throws {RangeError} one query and four keys do not fit */
export function plan(need: Need, heap: Space): Plan {
  const { rows, keys } = need;
  if (rows > FEW_ROWS) {
    // Blocks of 24 rows where all keys fit beside them, so that keys are packed once for all blocks.
    for (let block = TILED_ROWS; block >= ROWS_MULTIPLE; block >>= 1) {
      const found = planFor(need, heap, "tiles", Math.min(rows, block), PIECE);
      if (found === undefined) continue;
      if (found.chunk >= keys || perPair(need) > 0 || block < TILED_ROWS) return found;
      // Keys stream past: the more rows a block has, the less often they are packed again.
      for (let more = Math.floor(rows / TILED_ROWS) * TILED_ROWS; more > TILED_ROWS; more = half(more)) {
        const wide = planFor(need, heap, "tiles", more, 4 * PIECE);
        if (wide !== undefined) return wide;
      }
      return found;
    }
  }
  for (let block = Math.min(rows, FEW_ROWS); block >= 1; block >>= 1) {
    const halves = need.halves ? planFor(need, heap, "rows of halves", block, ROW_KEYS) : undefined;
    const found = halves ?? planFor(need, heap, "rows", block, 4);
    if (found !== undefined) return found;
  }
  const both = 'headDim" and "valueDim'; // between the quotes that refuseValue puts
  const hint = "createRuntime({ heapBytes }) makes a larger one";
  const expected = `rows of which one query and four keys fit the ${4 * heap.room} bytes left of the heap (${hint})`;
  return refuseValue("attention", both, expected, `${need.headDim} and ${need.valueDim}`);
}

const half = (rows: number): number => Math.floor(rows / 2 / TILED_ROWS) * TILED_ROWS;
