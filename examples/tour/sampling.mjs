/** From one real distribution to the next token: what temperature, top-k, top-p and min-p leave to draw from. */
import { sample, softmax, topK } from "softmax-wasm";
import { readLogits, VOCABULARY, wordOf } from "./storyData.mjs";
import { heading, quoted, remark, share, sum, table } from "./terminal.mjs";

const STEP = 43;
const SHOWN = 12;

/** The steps that follow these words, from sure to unsure. */
const STEPS = [
  [46, "She want"],
  [20, "She loved to play"],
  [STEP, "she saw a big, red ball"],
  [37, "One day, she saw a"],
];

/** Draws to a sweep: more than 10 · 512, as topP 0.9 and minP 0.1 keep no token of 512 with less than 0.1 / 512. */
const SWEEP = 5200;

/**
 * The probability of every token that sample can draw: it goes through them in the order of their indices, so a random() that
 * climbs from 0 to 1 comes by all of them.
 */
function drawable(logits, options) {
  const probs = new Float32Array(logits.length);
  for (let i = 0; i < SWEEP; i++) {
    const { index, prob } = sample(logits, { ...options, random: () => (i + 0.5) / SWEEP });
    probs[index] = prob;
  }
  return probs;
}

const kept = (probs) => probs.filter((p) => p > 0).length;

export function sampling() {
  heading('The next token after "One day, she saw a big, red ball"');
  const all = readLogits();
  const logitsOf = (step) => all.subarray(step * VOCABULARY, (step + 1) * VOCABULARY);
  distribution(logitsOf(STEP));
  console.log();
  table(
    ["tokens to draw from", "likeliest", "topP 0.9", "minP 0.1", "T 2, topP 0.9", "T 2, minP 0.1"],
    STEPS.map(([step, words]) => {
      const logits = logitsOf(step);
      const { logProbs } = topK(logits, 1);
      const left = (options) => kept(drawable(logits, options));
      return [
        `"${words} …"`,
        share(Math.exp(logProbs[0])),
        left({ topP: 0.9 }),
        left({ minP: 0.1 }),
        left({ temperature: 2, topP: 0.9 }),
        left({ temperature: 2, minP: 0.1 }),
      ];
    }),
  );
  remark(
    "topK always leaves k; topP and minP leave few where the model is sure, and many where it is not.",
    "Where a high temperature has flattened the shares, topP lets the long tail in, minP less of it.",
  );
}

function distribution(logits) {
  const { indices, logProbs, logSumExp } = topK(logits, SHOWN);
  const columns = {
    softmax: softmax(logits),
    "T 0.5": softmax(logits, { temperature: 0.5 }),
    "T 2": softmax(logits, { temperature: 2 }),
    "topK 5": drawable(logits, { topK: 5 }),
    "topP 0.9": drawable(logits, { topP: 0.9 }),
    "minP 0.1": drawable(logits, { minP: 0.1 }),
  };
  const probs = Object.values(columns);
  const rows = Array.from(indices, (token, j) => [
    quoted(wordOf(token)),
    logits[token].toFixed(3),
    logProbs[j].toFixed(4),
    ...probs.map((p) => share(p[token])),
  ]);
  const others = probs.map((p) => share(sum(p.filter((_, i) => !indices.includes(i)))));
  table(
    ["token", "logit", "logProb", ...Object.keys(columns)],
    [...rows, [`${VOCABULARY - SHOWN} others`, "", "", ...others], ["tokens to draw from", "", "", ...probs.map(kept)]],
  );
  remark(
    `Tokens and logProb are from topK(logits, ${SHOWN}); logProb is logit - logSumExp (${logSumExp.toFixed(4)}).`,
    "Temperature shifts shares and drops no token; topK, topP and minP drop some; the rest sum to 1.",
  );
}
