/** assembly/attention/pass.ts in JavaScript. */
import {
  PASS_ALIBI,
  PASS_BIAS,
  PASS_FROM,
  PASS_HEAD_DIM,
  PASS_HEADS,
  PASS_K,
  PASS_KEYS,
  PASS_MASK,
  PASS_O,
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
} from "../../../assembly/layout";
import type { Memory } from "../state";

/** A pass as a value: `odd` and `packed` are the tiles' alone. */
export interface Pass {
  readonly softcap: number;
  readonly position: number;
  readonly o: number;
  readonly query: number;
  readonly q: number;
  readonly scratch: number;
  readonly headDim: number;
  readonly valueDim: number;
  readonly k: number;
  readonly kPitch: number;
  readonly v: number;
  readonly vPitch: number;
  readonly heads: number;
  readonly queries: number;
  readonly alibi: number;
  readonly keys: number;
  readonly from: number;
  readonly to: number;
  readonly bias: number;
  readonly biasHead: number;
  readonly biasRow: number;
  readonly mask: number;
  readonly maskHead: number;
  readonly maskRow: number;
  readonly w: number;
  readonly wHead: number;
  readonly wRow: number;
}

export function passAt({ f64, u32 }: Memory, at: number): Pass {
  return {
    softcap: f64[(at + PASS_SOFTCAP) >>> 3],
    position: f64[(at + PASS_POSITION) >>> 3],
    o: u32[(at + PASS_O) >>> 2],
    query: u32[(at + PASS_QUERY) >>> 2],
    q: u32[(at + PASS_Q) >>> 2],
    scratch: u32[(at + PASS_SCRATCH) >>> 2],
    headDim: u32[(at + PASS_HEAD_DIM) >>> 2],
    valueDim: u32[(at + PASS_VALUE_DIM) >>> 2],
    k: u32[(at + PASS_K) >>> 2],
    kPitch: u32[(at + PASS_K + 4) >>> 2],
    v: u32[(at + PASS_V) >>> 2],
    vPitch: u32[(at + PASS_V + 4) >>> 2],
    heads: u32[(at + PASS_HEADS) >>> 2],
    queries: u32[(at + PASS_QUERIES) >>> 2],
    alibi: u32[(at + PASS_ALIBI) >>> 2],
    keys: u32[(at + PASS_KEYS) >>> 2],
    from: u32[(at + PASS_FROM) >>> 2] | 0, // these two may be negative
    to: u32[(at + PASS_TO) >>> 2] | 0,
    bias: u32[(at + PASS_BIAS) >>> 2],
    biasHead: u32[(at + PASS_BIAS + 4) >>> 2],
    biasRow: u32[(at + PASS_BIAS + 8) >>> 2],
    mask: u32[(at + PASS_MASK) >>> 2],
    maskHead: u32[(at + PASS_MASK + 4) >>> 2],
    maskRow: u32[(at + PASS_MASK + 8) >>> 2],
    w: u32[(at + PASS_WEIGHTS) >>> 2],
    wHead: u32[(at + PASS_WEIGHTS + 4) >>> 2],
    wRow: u32[(at + PASS_WEIGHTS + 8) >>> 2],
  };
}
