import type { HalfKernels } from "./half";

/**
 * attention and mergeAttention. Attention works in the steps that keys and values larger than the heap need: start, then chunk
 * after chunk of keys (packed and tiled, or row by row where they lie), finish. Rows are the queries of some heads that share
 * their keys, head after head. Arguments as in assembly/attention/: destinations, sources, sizes, pitches in elements, scalars.
 *
 * `pass` is the address, a multiple of 8, of PASS_BYTES that hold the arguments of a pass: a block of queries against a chunk of keys.
 */
export interface AttentionKernels extends HalfKernels {
  readonly attentionStart: (
    q: number,
    o: number,
    query: number,
    source: number,
    sinks: number,
    heads: number,
    queries: number,
    headDim: number,
    valueDim: number,
    headPitch: number,
    rowPitch: number,
    scale: number,
  ) => void;
  readonly attentionPack: (
    packedK: number,
    packedV: number,
    odd: number,
    k: number,
    v: number,
    from: number,
    count: number,
    packed: number,
    headDim: number,
    valueDim: number,
    kPitch: number,
    vPitch: number,
  ) => void;
  readonly attentionTiles: (pass: number) => void;
  readonly attentionRows: (pass: number) => void;
  readonly attentionFinish: (
    out: number,
    lse: number,
    o: number,
    query: number,
    heads: number,
    queries: number,
    valueDim: number,
    headPitch: number,
    rowPitch: number,
    lsePitch: number,
  ) => void;
  readonly attentionWeights: (
    w: number,
    query: number,
    heads: number,
    queries: number,
    keys: number,
    headPitch: number,
    rowPitch: number,
  ) => void;
  readonly mergeAttention: (oA: number, lseA: number, oB: number, lseB: number, rows: number, valueDim: number) => void;
}
