/** assembly/vocabulary/residual.ts in JavaScript: the token at which a running sum of the residual passes a goal. */
import { SIDE_LAST, SIDE_T, SIDE_TILE, VOCABULARY_STRIP } from "../../../assembly/layout";
import type { VocabularyKernels } from "../../kernels/vocabulary";
import { perTemperature } from "../columns";
import { exp } from "../exp";
import type { Memory } from "../state";
import { massAt } from "./draw";
import { Marks, type Tile, tileAt, weightsAt } from "./marks";
import { allows, stripEnd } from "./tokens";

/** One of the two rows; without a tile it is certain of its token `last`. */
interface Side {
  readonly tile: Tile | undefined;
  readonly m: number;
  readonly temperature: number;
  readonly t: number;
  readonly last: number;
}

function sideAt(memory: Memory, side: number): Side {
  const { f32, u32 } = memory;
  const tile = u32[(side + SIDE_TILE) >>> 2];
  const [t, last] = [f32[(side + SIDE_T) >>> 2], u32[(side + SIDE_LAST) >>> 2]];
  return { tile: tile === 0 ? undefined : tileAt(memory, tile), ...weightsAt(memory, side), t, last };
}

export function residualKernel(memory: Memory): VocabularyKernels["vocabularyResidual"] {
  const marks = new Marks(memory);
  const { f32, f64, u32 } = memory;
  return (state, target, draft, ratio, goal) => {
    marks.at(state);
    const { tile, m, temperature, t, last } = sideAt(memory, target);
    const { tile: other, m: n, temperature: cooled, t: least, last: end } = sideAt(memory, draft);
    const { x, mask, from, n: count, shift } = tile as Tile;
    const [logits, bits, drafted] = [x >>> 2, mask >>> 2, (other?.x ?? 0) >>> 2];
    const certain = other === undefined;
    const [perT, perOther] = [perTemperature(temperature), perTemperature(cooled)];
    let mass = from === 0 ? 0 : marks.mass;
    for (let i = 0; i < count; i += VOCABULARY_STRIP) {
      const block = (from + i) >>> shift;
      if (block << shift === from + i) f64[massAt(marks, block)] = mass;
      for (let j = i, to = stripEnd(count, i); j < to; j++) {
        const token = from + j;
        const value = f32[logits + j];
        if (!((value > t || (value === t && token <= last)) && allows(u32, bits, j))) continue;
        const w = Math.fround(exp((value - m) * perT)); // as a float32: what underflows weighs 0
        const beside = certain ? 0 : f32[drafted + j];
        let r = w;
        if (certain) r = token === end ? 0 : w;
        else if (beside > least || (beside === least && token <= end)) r -= ratio * exp((beside - n) * perOther);
        if (!(w > 0 && r > 0)) continue;
        mass += r;
        if (mass <= goal) continue;
        marks.weight = w;
        return token;
      }
    }
    marks.mass = mass;
    return -1;
  };
}
