// @ts-check
/** verifyDraft by its definition: whole rows of probabilities in float64, and sums over them. For the tests and the bench. */
import { adder, sum } from "./softmax64.mjs";
import { edited, ordered, truncated } from "./vocabularyReference.mjs";

/**
 * @typedef {import("./vocabularyReference.mjs").Bias} Bias
 * @typedef {import("./vocabularyReference.mjs").Penalties} Penalties
 * @typedef {{ temperature?: number, topK?: number, topP?: number, minP?: number, minKeep?: number, temperatureLast?: boolean }} LawOptions
 * @typedef {{
 *   target: Float32Array, tokens: readonly number[], draft?: Float32Array | undefined, draftOptions?: LawOptions | undefined,
 *   mask?: Uint32Array | undefined | readonly (Uint32Array | undefined)[], bias?: Bias | undefined | readonly (Bias | undefined)[],
 *   penalties?: Penalties | undefined | readonly (Penalties | undefined)[]
 * } & LawOptions} DraftCase
 */

/**
 * The probabilities of a row's tokens, and their log-probabilities before truncation; undefined where the row is to be refused.
 *
 * @param {Float32Array} x
 * @param {Uint32Array | undefined} mask
 * @param {LawOptions} law
 */
function lawOf(x, mask, law) {
  const { temperature = 1 } = law;
  const order = ordered(x, mask);
  if (order.length === 0 || order.some((i) => Number.isNaN(x[i])) || x[order[0]] === -Infinity) return undefined;
  const probs = new Float64Array(x.length);
  if (temperature === 0 || x[order[0]] === Infinity) {
    probs[order[0]] = 1;
    return { probs, certain: true, distanceOf: () => 0, logProbOf: () => 0, mean: 0 };
  }
  const { kept, probs: shares, logS, mean } = truncated({ x, mask, ...law, temperature }, order);
  kept.forEach((token, j) => {
    probs[token] = shares[j];
  });
  /** @param {number} token */
  const distanceOf = (token) => (x[token] - x[order[0]]) / temperature;
  /** @param {number} token */
  const logProbOf = (token) => distanceOf(token) - logS;
  return { probs, certain: false, distanceOf, logProbOf, mean };
}

/**
 * Row i of the target, and of the draft: their laws once the first i tokens are there.
 *
 * @param {DraftCase} c
 * @param {number} row
 */
export function lawsOf(c, row) {
  const { target, tokens, draft, draftOptions, mask, bias, penalties, ...law } = c;
  const n = target.length / (tokens.length + 1);
  /** @type {<T>(given: T | undefined | readonly (T | undefined)[]) => T | undefined} */
  const at = (given) => /** @type {any} */ (Array.isArray(given) ? given[row] : given);
  const given = at(penalties);
  const lost =
    given === undefined || Array.isArray(penalties)
      ? given
      : { ...given, tokens: [...Array.from(given.tokens, Number), ...tokens.slice(0, row)] };
  /** @param {Float32Array} rows */
  const edit = (rows) => edited(rows.slice(row * n, (row + 1) * n), at(mask), at(bias), lost);
  const own = edit(target);
  const p = lawOf(own.x, own.mask, law);
  if (draft === undefined || law.temperature === 0 || row === tokens.length) return { p, q: undefined };
  const other = edit(draft);
  const differing = Object.fromEntries(Object.entries(draftOptions ?? {}).filter(([, value]) => value !== undefined));
  return { p, q: lawOf(other.x, other.mask, { ...law, ...differing }) };
}

/**
 * What a rejected token's place is drawn from, of probabilities that sum to 1: p where the draft exceeds it everywhere.
 *
 * @param {Float64Array} p
 * @param {Float64Array} q
 */
function residualOf(p, q) {
  const r = p.map((v, i) => Math.max(0, v - q[i]));
  const whole = sum(r);
  return whole > 0 ? r.map((v) => v / whole) : p;
}

/**
 * The token at which the running sum exceeds u, and how far u is from where it is another.
 *
 * @param {Float64Array} probs
 * @param {number} u
 */
function drawOf(probs, u) {
  const add = adder();
  let last = -1;
  let edge = Infinity;
  for (let i = 0; i < probs.length; i++) {
    if (!(probs[i] > 0)) continue;
    const before = last < 0 ? 0 : add(0);
    if (last >= 0 && before > u) break;
    if (last >= 0) edge = u - before;
    last = i;
    const after = add(probs[i]);
    edge = Math.min(edge, Math.abs(after - u));
  }
  return { index: last, edge };
}

/**
 * @typedef {{
 *   refused: false, edge: number, accepted: number, index: number, prob: number, logProb: number, logProbs: number[],
 *   p: NonNullable<ReturnType<typeof lawOf>>
 * }} Verdict  p: the law of the row that index was drawn for
 */

/**
 * What verifyDraft gives, or that it must refuse a row. `edge` is how close a number came to where a decision changes.
 *
 * @param {DraftCase} c
 * @param {() => number} random
 * @returns {Verdict | { refused: true, edge: number }}
 */
export function verified(c, random) {
  const { tokens } = c;
  /** @type {number[]} */
  const logProbs = [];
  let edge = Infinity;
  for (let row = 0; row <= tokens.length; row++) {
    const { p, q } = lawsOf(c, row);
    const u = random();
    if (p === undefined) return { refused: true, edge };
    if (row === tokens.length) {
      const { index, edge: near } = drawOf(p.probs, u);
      if (!p.certain) edge = Math.min(edge, near);
      return {
        refused: false,
        accepted: row,
        index,
        prob: p.probs[index],
        logProb: p.logProbOf(index),
        logProbs,
        edge,
        p,
      };
    }
    const token = tokens[row];
    let drafted = q?.probs;
    if (c.draft !== undefined && c.temperature !== 0 && (q === undefined || !(q.probs[token] > 0))) {
      return { refused: true, edge };
    }
    if (drafted === undefined) {
      drafted = new Float64Array(p.probs.length);
      drafted[token] = 1;
    }
    const ratio = p.probs[token] / drafted[token];
    if (!p.certain) edge = Math.min(edge, Math.abs(ratio - u));
    if (u < ratio) {
      logProbs.push(p.logProbOf(token));
      continue;
    }
    const { index, edge: near } = drawOf(residualOf(p.probs, drafted), random());
    if (!p.certain) edge = Math.min(edge, near);
    return {
      refused: false,
      accepted: row,
      index,
      prob: p.probs[index],
      logProb: p.logProbOf(index),
      logProbs,
      edge,
      p,
    };
  }
  throw new Error("a draft has at least one row");
}
