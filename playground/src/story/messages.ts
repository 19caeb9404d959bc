/** What the page and the worker that writes say to each other. */

export interface Task {
  readonly model: ArrayBuffer;
  readonly tokenizer: ArrayBuffer;
  readonly prompt: string;
  readonly steps: number;
  readonly temperature: number;
  readonly topP: number;
  readonly seed: number;
  /** tokens proposed a step; 0: no speculative decoding */
  readonly draft: number;
}

/** How far the worker is. */
export interface Written {
  /** since the last message */
  readonly text: string;
  readonly tokens: number;
  readonly drafted: number;
  readonly accepted: number;
  /** ms since the first token was asked for */
  readonly elapsed: number;
  readonly done: boolean;
}

export type Told = Written | { readonly failed: string };
