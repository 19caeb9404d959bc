/** What the page and a contender's worker say to each other. */
import type { Kind } from "./work";

/** First what to do, then "round" as often as wanted. */
export type Asked = { contender: string; kind: Kind; size: number } | "round";

export type Told =
  /** warm and checked; the worst absolute error against float64 */
  | { ready: true; error: number }
  /** ns of one call, on average over a round */
  | { round: number }
  | { failed: string };
