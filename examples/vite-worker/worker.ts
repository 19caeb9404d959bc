/** Computes, away from the page: however long a row is, the slider moves on. */
import { backend, entmax, softmax, sparsemax } from "softmax-wasm";
import type { Answer, Request } from "./messages";

function answerTo({ id, logits, temperature }: Request): Answer {
  try {
    return {
      id,
      softmax: softmax(logits, { temperature }),
      entmax: entmax(logits, { alpha: 1.5, temperature }),
      sparsemax: sparsemax(logits, { temperature }),
      backend: backend(),
    };
  } catch (error) {
    return { id, complaint: (error as Error).message }; // the package names the argument and what it must be
  }
}

addEventListener("message", ({ data }: MessageEvent<Request>) => postMessage(answerTo(data)));
