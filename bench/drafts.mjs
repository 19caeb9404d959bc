/** verifyDraft on whole vocabularies: what a judged token costs, beside logSumExp and sample on the same rows. */
import { do_not_optimize } from "mitata";
import { verified } from "../test/judge/draftReference.mjs";
import { normals } from "../test/judge/random.mjs";
import { near } from "./judgeSampling.mjs";
import { cpuStopwatch } from "./rounds.mjs";

/** Numbers that accept a token whose p is below q never, and draw somewhere past the middle. */
const REJECTING = [1 - 2 ** -53, 0.618];
const ACCEPTING = [0, 0];

/** Gives the same numbers to every call, as many as one call asks for. */
function inTurn(numbers) {
  let asked = 0;
  return () => numbers[asked++ % numbers.length];
}

function judge(label, result, c, numbers) {
  const want = verified(c, inTurn(numbers));
  if (want.refused || result.accepted !== want.accepted || result.index !== want.index) {
    throw new Error(`${label}: accepts ${result.accepted} and draws ${result.index}, not ${JSON.stringify(want)}`);
  }
  near(`${label}: prob`, result.prob, want.prob, 1e-5 * want.prob);
  near(`${label}: logProb`, result.logProb, want.logProb, 1e-5);
  want.logProbs.forEach((y, i) => {
    near(`${label}: logProbs[${i}]`, result.logProbs[i], y, 1e-5);
  });
}

/**
 * A draft of one token on two rows, and a draft that differs by N(0, 1). A call that accepts it also draws from the second row: `after` is
 * that draw alone.
 *
 * @param row   the name of x
 * @param both  truncation, at a temperature
 */
export function draftsOf(runtime, row, x, both, effort) {
  const target = new Float32Array(2 * x.length);
  target.set(x);
  target.set(x, x.length);
  const noise = normals(9)(x.length);
  const draft = x.map((v, i) => v + noise[i]);
  // of the draft's likelier tokens the one that the target likes least in comparison: it may be accepted, and it may be rejected
  const { indices, logProbs } = runtime.topK(draft, 20);
  const own = runtime.logProbs(x, indices);
  const [token] = [...indices].sort((a, b) => own[indices.indexOf(a)] - own[indices.indexOf(b)]);
  if (!(own[indices.indexOf(token)] < logProbs[indices.indexOf(token)])) throw new Error("no token can be rejected");
  const cases = [
    ["accepted", { draft }, ACCEPTING],
    ["rejected", { draft }, REJECTING],
    ["accepted, no draft", {}, ACCEPTING],
    ["rejected, no draft", {}, REJECTING],
    ["accepted, 0.8, topK 50, topP 0.95", { ...both, draft }, ACCEPTING],
    ["rejected, 0.8, topK 50, topP 0.95", { ...both, draft }, REJECTING],
  ];
  return cases.map(([name, options, numbers]) => {
    const { draft: _, ...law } = options;
    const best = numbers === ACCEPTING ? indices[0] : token;
    const random = inTurn(numbers);
    const call = () => runtime.verifyDraft(target, [best], { ...options, random });
    judge(`${runtime.backend}, ${name}`, call(), { ...options, target, tokens: [best] }, numbers);
    const last = numbers[numbers.length - 1];
    const clock = (run) => cpuStopwatch(() => do_not_optimize(run()), effort);
    return {
      row,
      name,
      after: numbers === ACCEPTING,
      truncated: "topK" in law,
      clocks: {
        own: clock(call),
        sample: clock(() => runtime.sample(x, { ...law, random: () => last })),
        lse: clock(() => runtime.logSumExp(x)),
      },
    };
  });
}
