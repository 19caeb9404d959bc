/** assembly/attention/pass.ts in JavaScript. */
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
  readonly kFormat: number;
  readonly vFormat: number;
  readonly wide: number;
}

/** A word as an i32, with which engines count faster than with a u32. No heap is so large that this makes a difference. */
const word = ({ u32 }: Memory, at: number): number => u32[at >>> 2] | 0;

export function passAt(memory: Memory, at: number): Pass {
  return {
    softcap: memory.f64[(at + PASS_SOFTCAP) >>> 3],
    position: memory.f64[(at + PASS_POSITION) >>> 3],
    o: word(memory, at + PASS_O),
    query: word(memory, at + PASS_QUERY),
    q: word(memory, at + PASS_Q),
    scratch: word(memory, at + PASS_SCRATCH),
    headDim: word(memory, at + PASS_HEAD_DIM),
    valueDim: word(memory, at + PASS_VALUE_DIM),
    k: word(memory, at + PASS_K),
    kPitch: word(memory, at + PASS_K + 4),
    v: word(memory, at + PASS_V),
    vPitch: word(memory, at + PASS_V + 4),
    heads: word(memory, at + PASS_HEADS),
    queries: word(memory, at + PASS_QUERIES),
    alibi: word(memory, at + PASS_ALIBI),
    keys: word(memory, at + PASS_KEYS),
    from: word(memory, at + PASS_FROM),
    to: word(memory, at + PASS_TO),
    bias: word(memory, at + PASS_BIAS),
    biasHead: word(memory, at + PASS_BIAS + 4),
    biasRow: word(memory, at + PASS_BIAS + 8),
    mask: word(memory, at + PASS_MASK),
    maskHead: word(memory, at + PASS_MASK + 4),
    maskRow: word(memory, at + PASS_MASK + 8),
    w: word(memory, at + PASS_WEIGHTS),
    wHead: word(memory, at + PASS_WEIGHTS + 4),
    wRow: word(memory, at + PASS_WEIGHTS + 8),
    kFormat: memory.u8[at + PASS_FORMATS],
    vFormat: memory.u8[at + PASS_FORMATS + 1],
    wide: word(memory, at + PASS_WIDE),
  };
}
