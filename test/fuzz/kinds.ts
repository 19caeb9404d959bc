/** What is fuzzed beside one call of each function. */

import { infinities } from "./infinities";
import type { Kind } from "./kind";
import { strangeOptions, strangeRuntimes } from "./strangeOptions";
import { streamedAttention } from "./streamedAttention";
import { sums } from "./sums";
import { liveMemory } from "./writer";

export const KINDS: readonly Kind[] = [
  streamedAttention,
  infinities,
  sums,
  strangeOptions,
  strangeRuntimes,
  liveMemory,
];
