/**
 * A pass: a block of queries against a chunk of keys. These are the arguments of attentionTiles and attentionRows. They lie in
 * memory because there are many and most stay the same from pass to pass: the host writes only those that have changed.
 *
 * q, o, query            as attentionStart left them; rows = heads · queries, head after head
 * k, v                   of the chunk: as attentionPack left them, with `odd` and `packed` (the keys that a panel of v has room
 *                        for); or where they lie, f32[keys, headDim] and f32[keys, valueDim], pitches in floats from key to key
 * bias, mask, w          f32, u8, f32 at key 0 of the chunk; pitches in elements, 0 where broadcast. 0 for none
 * kFormat, vFormat       0 where k and v are float32s. attentionRows takes them as 16 bits too, FLOAT16 or BFLOAT16, with
 * wide                   f32[64, headDim + valueDim], room for them as float32s
 * w                      receives the scores, -Infinity where nothing was computed
 * alibi                  f32[heads]. 0 for none
 * softcap                0 for none
 * position               of query 0, counted from key 0 of the chunk; alibi alone asks for it
 * from, to               query 0 sees the keys from … to - 1 of the chunk, each further query one further
 *
 * position and softcap are float64s for the sake of the JavaScript twin. Here they are rounded to float32.
 */
import {
  PASS_ALIBI, PASS_BIAS, PASS_FORMATS, PASS_FROM, PASS_HEAD_DIM, PASS_HEADS, PASS_K, PASS_KEYS, PASS_MASK, PASS_O, PASS_ODD, PASS_PACKED,
  PASS_POSITION, PASS_Q, PASS_QUERIES, PASS_QUERY, PASS_SCRATCH, PASS_SOFTCAP, PASS_TO, PASS_V, PASS_VALUE_DIM, PASS_WEIGHTS,
  PASS_WIDE,
} from "../layout";

// @ts-ignore: decorator
@unmanaged
export class Pass {
  softcap: f64;
  position: f64;
  // the same for the whole call
  o: usize;
  query: usize;
  q: usize;
  scratch: usize;
  odd: usize;
  packed: usize;
  headDim: usize;
  valueDim: usize;
  // of the keys
  k: usize;
  kPitch: usize;
  v: usize;
  vPitch: usize;
  // of the block
  heads: usize;
  queries: usize;
  alibi: usize;
  // of the block and the chunk
  keys: usize;
  from: i32;
  to: i32;
  bias: usize;
  biasHead: usize;
  biasRow: usize;
  mask: usize;
  maskHead: usize;
  maskRow: usize;
  w: usize;
  wHead: usize;
  wRow: usize;
  // of the keys
  kFormat: u8;
  vFormat: u8;
  // the same for the whole call
  wide: usize;
}

// the same offsets on both sides of the wall: this is decided when it is compiled, and leaves no code
if (
  offsetof<Pass>("softcap") != PASS_SOFTCAP || offsetof<Pass>("position") != PASS_POSITION ||
  offsetof<Pass>("o") != PASS_O || offsetof<Pass>("query") != PASS_QUERY || offsetof<Pass>("q") != PASS_Q ||
  offsetof<Pass>("scratch") != PASS_SCRATCH || offsetof<Pass>("odd") != PASS_ODD || offsetof<Pass>("packed") != PASS_PACKED ||
  offsetof<Pass>("headDim") != PASS_HEAD_DIM || offsetof<Pass>("valueDim") != PASS_VALUE_DIM ||
  offsetof<Pass>("k") != PASS_K || offsetof<Pass>("v") != PASS_V ||
  offsetof<Pass>("heads") != PASS_HEADS || offsetof<Pass>("queries") != PASS_QUERIES || offsetof<Pass>("alibi") != PASS_ALIBI ||
  offsetof<Pass>("keys") != PASS_KEYS || offsetof<Pass>("from") != PASS_FROM || offsetof<Pass>("to") != PASS_TO ||
  offsetof<Pass>("bias") != PASS_BIAS || offsetof<Pass>("mask") != PASS_MASK || offsetof<Pass>("w") != PASS_WEIGHTS ||
  offsetof<Pass>("kFormat") != PASS_FORMATS || offsetof<Pass>("wide") != PASS_WIDE
) ERROR("assembly/layout.ts puts a field elsewhere than Pass does");
