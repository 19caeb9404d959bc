import type { VocabularyKernels } from "../../kernels/vocabulary";
import { perTemperature } from "../columns";
import { exp } from "../exp";
import type { Memory } from "../state";
import { Marks, tileAt, weightsAt } from "./marks";
import { eachToken, LOWEST } from "./tokens";

/** assembly/vocabulary/tail.ts in JavaScript: the sum of the weights of the logits up to `most`. */
export function tailKernel(memory: Memory): VocabularyKernels["vocabularyTail"] {
  return (state, tileAddress, weights, most) => {
    const marks = new Marks(memory, state);
    const tile = tileAt(memory, tileAddress);
    const { m, temperature } = weightsAt(memory, weights);
    const perT = perTemperature(temperature);
    let s = tile.from === 0 ? 0 : marks.tail;
    eachToken(memory, marks, tile, LOWEST, (value) => {
      if (value <= most) s += exp((value - m) * perT);
      return false;
    });
    marks.tail = s;
  };
}
