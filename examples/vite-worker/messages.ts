/** What the page and its worker say to each other. */

export interface Request {
  /** Which request it is: the page shows the answer to its last one and passes over older ones. */
  id: number;
  logits: Float32Array;
  temperature: number;
}

export type Answer = { id: number } & (
  | { softmax: Float32Array; entmax: Float32Array; sparsemax: Float32Array; backend: string }
  | { complaint: string }
);
