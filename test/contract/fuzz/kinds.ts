/** The kinds of fuzzing beside plain calls of each function. */
import { falseArrays } from "./falseArrays";
import { infinities } from "./infinities";
import type { Kind } from "./kind";
import { changingMemory, writingThread } from "./liveMemory";
import { ownArrays } from "./ownArrays";
import { strangeOptions, strangeRuntimes } from "./strangeOptions";
import { streamedAttention } from "./streamedAttention";
import { sums } from "./sums";

export const KINDS: readonly Kind[] = [
  streamedAttention,
  infinities,
  sums,
  strangeOptions,
  strangeRuntimes,
  writingThread,
  changingMemory,
  falseArrays,
  ownArrays,
];
