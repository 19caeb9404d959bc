import { LOWEST, VOCABULARY_LOG, VOCABULARY_STRIP, VOCABULARY_SUM, VOCABULARY_TOTAL } from "../../../assembly/layout";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { perTemperature } from "../columns";
import { exp } from "../exp";
import { rowExpSum } from "../row";
import { logTotal } from "../rows/logSumExp";
import type { Memory } from "../state";
import { Marks, type Tile, tileAt, weightsAt } from "./marks";
import { allows, stripEnd, stripFrom } from "./tokens";

/** s += Σ exp((x - m)·perT) over the allowed tokens of a tile. */
function maskedSum({ f32, u32 }: Memory, maxima: number, tile: Tile, m: number, perT: number, s: number): number {
  const [logits, mask] = [tile.x >>> 2, tile.mask >>> 2];
  for (
    let i = stripFrom(f32, maxima, tile, LOWEST, 0);
    i < tile.n;
    i = stripFrom(f32, maxima, tile, LOWEST, i + VOCABULARY_STRIP)
  ) {
    for (let j = i, end = stripEnd(tile.n, i); j < end; j++) {
      if (allows(u32, mask, j)) s += exp((f32[logits + j] - m) * perT);
    }
  }
  return s;
}

/**
 * assembly/vocabulary/sum.ts in JavaScript: s += Σ exp((x - m) / T), log s, and m / T + log s.
 *
 * Without the fields of Marks: V8 inlines so much and no more, and with them it may leave `exp` out of the loop, which then takes
 * 1.5 times as long.
 */
export function sumKernel(memory: Memory): VocabularyKernels["vocabularySum"] {
  const marks = new Marks(memory);
  const { f32, f64 } = memory;
  return (state, address, weights) => {
    const tile = tileAt(memory, address);
    const { m, temperature } = weightsAt(memory, weights);
    const at = (state + VOCABULARY_SUM) >>> 3;
    const perT = perTemperature(temperature);
    const before = tile.from === 0 ? 0 : f64[at];
    const s =
      tile.mask === 0
        ? rowExpSum(f32, -1, tile.x >>> 2, tile.n, m, perT, before)
        : maskedSum(memory, marks.at(state).maxima, tile, m, perT, before);
    f64[at] = s;
    f64[at + 1] = 0; // all in the first part
    f64[(state + VOCABULARY_LOG) >>> 3] = Math.log(s);
    f32[(state + VOCABULARY_TOTAL) >>> 2] = logTotal(m, s, temperature);
  };
}
