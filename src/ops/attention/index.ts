/** attention, mergeAttention. */
import type { Family } from "../../family";
import { type Attention, attentionOn } from "./attention";
import type { AttentionCall } from "./check";
import { type MergeAttention, mergeAttentionOn } from "./mergeAttention";
import { blockRows, runAttention } from "./run";
import { testAttention } from "./selfTest";
import type { Part } from "./sight";

export interface AttentionFunctions {
  /** Scaled dot-product attention: {@link Attention}. */
  readonly attention: Attention;
  /** Attention over two sets of keys from attention over each: {@link MergeAttention}. */
  readonly mergeAttention: MergeAttention;
}

/** The functions, and attention after its checks. */
export interface AttentionParts extends AttentionFunctions {
  /** @param part  which queries of a larger call the call's are */
  readonly attend: (call: AttentionCall, part?: Part) => void;
  /** Rows that it works on together, at most. */
  readonly blockRows: (call: AttentionCall) => number;
}

export const ATTENTION: Family<"attention", AttentionParts> = {
  name: "attention",
  functions: (core) => ({
    attention: attentionOn(core),
    mergeAttention: mergeAttentionOn(core),
    attend: (call, part) => runAttention(core, call, part),
    blockRows: (call) => blockRows(core, call),
  }),
  selfTest: testAttention,
};
