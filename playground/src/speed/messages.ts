/** What the page and a contender's worker say to each other. */
import type { Expected } from "./plain";
import type { Kind } from "./work";

/** To the judge: what is the result, in float64? It answers with Expected. */
export interface Question {
  readonly kind: Kind;
  readonly size: number;
}

/** First what to do, then "round" as often as wanted. */
export type Asked = (Question & { contender: string; expected: Expected }) | "round";

export type Told =
  /** warm and checked; the worst absolute error against float64, and what it says of itself */
  | { ready: true; error: number; note: string | undefined }
  /** ns of one call, on average over a round */
  | { round: number }
  | { failed: string };
