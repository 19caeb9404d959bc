/** `npm start`: what softmax does, on a few numbers, on real logits and against the clock. */
import { backend } from "softmax-wasm";
import { attentionTable } from "./attentionTable.mjs";
import {
  dividingByTheSum,
  extremes,
  hardAndSoft,
  logarithms,
  overflow,
  scaledScores,
  temperatures,
  threeScores,
} from "./chapter.mjs";
import { realLogits } from "./realLogits.mjs";
import { sampling } from "./sampling.mjs";
import { exactZeros, survivors } from "./sparse.mjs";
import { speed } from "./speed.mjs";

const SECTIONS = [
  threeScores,
  overflow,
  hardAndSoft,
  extremes,
  temperatures,
  logarithms,
  dividingByTheSum,
  scaledScores,
  attentionTable,
  exactZeros,
  realLogits,
  survivors,
  sampling,
  speed,
];

console.log(`A tour of softmax-wasm (backend "${backend()}"). Every number is computed as you watch.`);
for (const section of SECTIONS) await section();
