/** Softmax gives everything a share; sparsemax and entmax give exact zeros. On a few scores, and on the real logits. */
import { entmax, entmax15, hardmax, softmax, sparsemax } from "softmax-wasm";
import { readLogits, STEPS, VOCABULARY } from "./storyData.mjs";
import { heading, remark, share, table } from "./terminal.mjs";

const WIDTH = 16;

/** [██████▌   ] to the eighth of a character; the least share that is not 0 shows. */
function bar(p) {
  const eighths = p === 0 ? 0 : Math.max(1, Math.round(8 * WIDTH * p));
  return "█".repeat(eighths >> 3) + (eighths & 7 ? "▏▎▍▌▋▊▉"[(eighths & 7) - 1] : "");
}

export function exactZeros() {
  heading("Exact zeros: softmax, entmax15, sparsemax, hardmax");
  const x = Float32Array.of(2, 1.6, 1.2, 0.5, 0.1, -0.4, -1, -2);
  const columns = [softmax(x), entmax15(x), sparsemax(x), hardmax(x)];
  table(
    ["x", "softmax", "", "entmax15", "", "sparsemax", "", "hardmax", ""],
    Array.from(x, (v, j) => [v.toFixed(1), ...columns.flatMap((y) => [share(y[j]), bar(y[j])])]),
  );
  remark(
    "All four keep the order and sum to 1. Softmax never reaches 0; the others do, from some distance:",
    "sparsemax at most 1 below the maximum, entmax15 at most 2, hardmax at once.",
  );
  console.log();
  const alphas = [1, 1.25, 1.5, 1.75, 2, 3, 10];
  const support = new Uint32Array(1);
  table(
    ["alpha", ...Array.from(x, (v) => v.toFixed(1)), "not 0"],
    alphas.map((alpha) => {
      const y = entmax(x, { alpha, support });
      return [String(alpha), ...Array.from(y, share), support[0]];
    }),
  );
  remark("entmax goes all the way: alpha 1 is softmax, 1.5 entmax15, 2 sparsemax.");
}

export function survivors() {
  heading(`How many of ${VOCABULARY} tokens survive, over ${STEPS} real distributions`);
  const logits = readLogits();
  const shape = [STEPS, VOCABULARY];
  const rows = [
    ["softmax", (support) => entmax(logits, { shape, alpha: 1, support })],
    ["entmax, alpha 1.25", (support) => entmax(logits, { shape, alpha: 1.25, support })],
    ["entmax15", (support) => entmax15(logits, { shape, support })],
    ["sparsemax", (support) => sparsemax(logits, { shape, support })],
  ].map(([name, run]) => {
    const support = new Uint32Array(STEPS);
    run(support);
    const sorted = [...support].sort((a, b) => a - b);
    const mean = sorted.reduce((a, b) => a + b, 0) / STEPS;
    const alone = sorted.filter((n) => n === 1).length;
    return [name, sorted[0], sorted[STEPS >> 1], mean.toFixed(1), sorted[STEPS - 1], alone];
  });
  table(["", "fewest", "median", "mean", "most", "steps with one token"], rows);
  remark("What is cut off is exactly 0 and needs no top-k: how many stay follows from how sure the model is.");
}
