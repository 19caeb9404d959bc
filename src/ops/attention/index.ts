/** attention, mergeAttention. */
import type { Family } from "../../family";
import { type Attention, attentionOn } from "./attention";
import { type MergeAttention, mergeAttentionOn } from "./mergeAttention";
import { testAttention } from "./selfTest";

export interface AttentionFunctions {
  readonly attention: Attention;
  readonly mergeAttention: MergeAttention;
}

export const ATTENTION: Family<"attention", AttentionFunctions> = {
  name: "attention",
  functions: (core) => ({ attention: attentionOn(core), mergeAttention: mergeAttentionOn(core) }),
  selfTest: testAttention,
};
