/** The library's main job: real logits to probabilities. The data is described in ../data/README.md. */
import { hardmax, logSoftmax, logSumExp, softmax } from "softmax-wasm";
import { entropy } from "./entropy.mjs";
import { readLogits, STEPS, VOCABULARY, wordOf } from "./storyData.mjs";
import { heading, quoted, remark, share, sum, table, wrapped } from "./terminal.mjs";

/** The calls of this page, ready to be made on any runtime; the timing makes the same. */
export function storyCalls(runtime, logits) {
  const shape = [STEPS, VOCABULARY];
  const like = () => ({ shape, out: new Float32Array(logits.length) });
  const options = { softmax: like(), logSoftmax: like(), hardmax: like() };
  const perStep = { shape, out: new Float32Array(STEPS) };
  return {
    softmax: () => runtime.softmax(logits, options.softmax),
    logSoftmax: () => runtime.logSoftmax(logits, options.logSoftmax),
    logSumExp: () => runtime.logSumExp(logits, perStep),
    hardmax: () => runtime.hardmax(logits, options.hardmax),
  };
}

export function realLogits() {
  heading(`${STEPS} real next-token distributions over ${VOCABULARY} tokens`);
  const logits = readLogits();
  const calls = storyCalls({ softmax, logSoftmax, logSumExp, hardmax }, logits);
  const probs = calls.softmax();
  const logProbs = calls.logSoftmax();
  const normalisers = calls.logSumExp();
  const oneHots = calls.hardmax();

  const steps = Array.from({ length: STEPS }, (_, t) => {
    const row = (y) => y.subarray(t * VOCABULARY, (t + 1) * VOCABULARY);
    const top = row(oneHots).indexOf(1);
    return {
      step: t,
      word: wordOf(top),
      prob: row(probs)[top],
      logProb: row(logProbs)[top],
      fromNormaliser: row(logits)[top] - normalisers[t],
      entropy: entropy(row(probs), row(logProbs)),
      sum: sum(row(probs)),
    };
  });
  const story = steps.map(({ word }) => word).join("");
  for (const line of wrapped(story.trim())) console.log(`  ${line}`);
  console.log();
  stepTable(steps);
  remark(
    "A token is a word or a piece of one; the space before a word belongs to it.",
    `The bar is the entropy, 2 characters a bit: ${VOCABULARY} equal shares would fill ${2 * Math.log2(VOCABULARY)}.`,
    'The model is sure how " outside" goes on (steps 21 to 24), and unsure what Lily saw (37 to 39).',
  );
  console.log();
  totals(steps);
}

/** Two steps a line, first half beside second half. */
function stepTable(steps) {
  const cells = ({ step, word, prob, entropy }) => [
    step,
    quoted(word),
    share(prob),
    entropy.toFixed(3),
    (entropy / Math.LN2).toFixed(3),
    "█".repeat(Math.round((2 * entropy) / Math.LN2)) || "▏",
  ];
  const head = ["step", "word", "prob", "nats", "bits", "entropy"];
  const half = Math.ceil(steps.length / 2);
  const rows = steps.slice(0, half).map((left, i) => {
    const right = steps[half + i];
    return [...cells(left), "", ...(right ? cells(right) : head.map(() => ""))];
  });
  table([...head, "", ...head], rows);
}

function totals(steps) {
  const mean = (of) => sum(steps.map(of)) / steps.length;
  const worst = (of) => Math.max(...steps.map((s) => Math.abs(of(s))));
  const h = mean((s) => s.entropy);
  table(
    [`over the ${STEPS} steps`, "value", "from"],
    [
      ["mean entropy, nats", h.toFixed(4), "softmax, logSoftmax"],
      ["mean entropy, bits", (h / Math.LN2).toFixed(4), ""],
      ["mean probability of the top token", mean((s) => s.prob).toFixed(4), "hardmax, softmax"],
      ["perplexity of the greedy path", Math.exp(-mean((s) => s.logProb)).toFixed(4), "hardmax, logSoftmax"],
      ["the same by another way", Math.exp(-mean((s) => s.fromNormaliser)).toFixed(4), "logit - logSumExp"],
      ["worst |sum of a row - 1|", worst((s) => s.sum - 1).toExponential(1), "softmax"],
    ],
  );
}
