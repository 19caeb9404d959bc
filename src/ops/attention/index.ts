/** attention, mergeAttention. */
import type { Family } from "../../family";
import { type Attention, attentionOn } from "./attention";
import { type MergeAttention, mergeAttentionOn } from "./mergeAttention";
import { testAttention } from "./selfTest";

export interface AttentionFunctions {
  /** Scaled dot-product attention: {@link Attention}. */
  readonly attention: Attention;
  /** Attention over two sets of keys from attention over each: {@link MergeAttention}. */
  readonly mergeAttention: MergeAttention;
}

export const ATTENTION: Family<"attention", AttentionFunctions> = {
  name: "attention",
  functions: (core) => ({ attention: attentionOn(core), mergeAttention: mergeAttentionOn(core) }),
  selfTest: testAttention,
};
