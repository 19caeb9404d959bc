/**
 * npm start [-- CHAPTER ...]        what softmax does, on a few numbers, on real logits and against the clock
 *
 * Without a chapter's name, all of them. `node examples/tour.mjs sampling` is the same without a build before it.
 */
import { backend } from "softmax-wasm";
import { attentionTable } from "./tour/attentionTable.mjs";
import { logarithms } from "./tour/logarithms.mjs";
import { realLogits } from "./tour/realLogits.mjs";
import { sampling } from "./tour/sampling.mjs";
import { scaledScores } from "./tour/scaledScores.mjs";
import { dividingByTheSum, extremes, hardAndSoft, overflow, threeScores } from "./tour/softmax.mjs";
import { exactZeros, survivors } from "./tour/sparse.mjs";
import { speed } from "./tour/speed.mjs";
import { temperatures } from "./tour/temperature.mjs";

/** Chapters in their order: what each is about, and its sections. */
const CHAPTERS = {
  softmax: ["scores in, shares out", [threeScores, overflow, hardAndSoft, extremes, dividingByTheSum]],
  temperature: ["sharper and flatter shares", [temperatures]],
  logarithms: ["log-softmax, where shares are too small", [logarithms]],
  attention: ["its scores, weights and outputs", [scaledScores, attentionTable]],
  logits: ["64 real distributions over the next token", [realLogits]],
  sparse: ["sparsemax and entmax: exact zeros", [exactZeros, survivors]],
  sampling: ["what temperature, topK, topP and minP leave to draw from", [sampling]],
  speed: ["against plain loops", [speed]],
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !Object.hasOwn(CHAPTERS, name));
if (unknown !== undefined) {
  console.error(`The tour has no chapter "${unknown}". Its chapters:\n`);
  for (const [name, [about]] of Object.entries(CHAPTERS)) console.error(`  ${name.padEnd(13)}${about}`);
  console.error("\nusage: npm start [-- CHAPTER ...]");
  process.exit(1);
}

console.log(`A tour of softmax-wasm (backend "${backend()}"). Every number is computed as you watch.`);
for (const name of wanted.length > 0 ? wanted : Object.keys(CHAPTERS)) {
  const [, sections] = CHAPTERS[name];
  for (const section of sections) await section();
}
