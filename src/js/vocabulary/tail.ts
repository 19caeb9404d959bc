import { LOWEST, VOCABULARY_STRIP } from "../../../assembly/layout";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { perTemperature } from "../columns";
import { exp } from "../exp";
import type { Memory } from "../state";
import { Marks, tileAt, weightsAt } from "./marks";
import { allows, stripEnd, stripFrom } from "./tokens";

/** assembly/vocabulary/tail.ts in JavaScript: the sum of the weights of the logits up to `most`. */
export function tailKernel(memory: Memory): VocabularyKernels["vocabularyTail"] {
  const marks = new Marks(memory);
  const { f32, u32 } = memory;
  return (state, address, weights, most) => {
    const { maxima } = marks.at(state);
    const tile = tileAt(memory, address);
    const { m, temperature } = weightsAt(memory, weights);
    const [logits, mask, n] = [tile.x >>> 2, tile.mask >>> 2, tile.n];
    const perT = perTemperature(temperature);
    let s = tile.from === 0 ? 0 : marks.tail;
    for (
      let i = stripFrom(f32, maxima, tile, LOWEST, 0);
      i < n;
      i = stripFrom(f32, maxima, tile, LOWEST, i + VOCABULARY_STRIP)
    ) {
      for (let j = i, end = stripEnd(n, i); j < end; j++) {
        if (f32[logits + j] <= most && allows(u32, mask, j)) s += exp((f32[logits + j] - m) * perT);
      }
    }
    marks.tail = s;
  };
}
