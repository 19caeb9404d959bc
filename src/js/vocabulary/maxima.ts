/** assembly/vocabulary/maxima.ts in JavaScript: the largest allowed logit of each block, and the range of a list. */
import { VOCABULARY_STRIP } from "../../../assembly/layout";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { rowMax } from "../row";
import type { Memory } from "../state";
import { Marks, tileAt } from "./marks";
import { allows } from "./tokens";

export function maximaKernel(memory: Memory): VocabularyKernels["vocabularyMaxima"] {
  const marks = new Marks(memory);
  const { f32, u32 } = memory;
  return (state, tile) => {
    const { x, mask, from, n, shift } = tileAt(memory, tile);
    const { maxima } = marks.at(state);
    for (let i = 0; i < n; i += VOCABULARY_STRIP) {
      const end = Math.min(n, i + VOCABULARY_STRIP);
      const at = maxima + ((from + i) >>> shift);
      let m = ((from + i) & (2 ** shift - 1)) === 0 ? -Infinity : f32[at];
      if (mask === 0) {
        m = m !== m ? m : rowMax(f32, (x >>> 2) + i, end - i, m);
      } else {
        for (let j = i; j < end; j++) if (allows(u32, mask >>> 2, j)) m = Math.max(m, f32[(x >>> 2) + j]);
      }
      f32[at] = m;
    }
  };
}

export function rangeKernel(memory: Memory): VocabularyKernels["vocabularyRange"] {
  const marks = new Marks(memory);
  const { f32 } = memory;
  return (state, x, n) => {
    let [least, most] = [f32[x >>> 2], f32[x >>> 2]];
    for (let i = x >>> 2, end = i + n; i < end; i++) {
      if (f32[i] < least) least = f32[i];
      if (f32[i] > most) most = f32[i];
    }
    marks.at(state);
    marks.least = least;
    marks.most = most;
  };
}
