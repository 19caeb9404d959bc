import type { VocabularyKernels } from "../../kernels/vocabulary";
import { perTemperature } from "../columns";
import { exp } from "../exp";
import { rowExpSum } from "../row";
import { logTotal } from "../rows/logSumExp";
import type { Memory } from "../state";
import { Marks, tileAt, weightsAt } from "./marks";
import { eachToken, LOWEST } from "./tokens";

/** assembly/vocabulary/sum.ts in JavaScript: s += Σ exp((x - m) / T), log s, and m / T + log s. */
export function sumKernel(memory: Memory): VocabularyKernels["vocabularySum"] {
  const marks = new Marks(memory);
  return (state, address, weights) => {
    marks.at(state);
    const tile = tileAt(memory, address);
    const { m, temperature } = weightsAt(memory, weights);
    const perT = perTemperature(temperature);
    let s = tile.from === 0 ? 0 : marks.sum;
    if (tile.mask === 0) {
      s = rowExpSum(memory.f32, -1, tile.x >>> 2, tile.n, m, perT, s);
    } else {
      eachToken(memory, marks, tile, LOWEST, (value) => {
        s += exp((value - m) * perT);
        return false;
      });
    }
    marks.sum = s;
    marks.log = Math.log(s);
    marks.total = logTotal(m, s, temperature);
  };
}
