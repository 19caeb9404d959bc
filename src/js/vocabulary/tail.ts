import type { VocabularyKernels } from "../../kernels/vocabulary";
import { perTemperature } from "../columns";
import { exp } from "../exp";
import type { Memory } from "../state";
import { Marks, tileAt, weightsAt } from "./marks";
import { eachToken, LOWEST } from "./tokens";

/** assembly/vocabulary/tail.ts in JavaScript: the sum of the weights of the logits up to `most`. */
export function tailKernel(memory: Memory): VocabularyKernels["vocabularyTail"] {
  const marks = new Marks(memory);
  return (state, address, weights, most) => {
    marks.at(state);
    const tile = tileAt(memory, address);
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
