/** What is fuzzed beside one call of each function. */
import type { Kind } from "./kind";
import { streamedAttention } from "./streamedAttention";

export const KINDS: readonly Kind[] = [streamedAttention];
