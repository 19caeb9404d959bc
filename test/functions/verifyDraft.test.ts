/** Drafts verified against the definition in float64: all pairs of options, in every place of memory, at random numbers of every kind. */
import { describe, expect, it } from "vitest";
import { createRuntime, type Runtime, type VerifyDraftResult } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { denominatorBound, logSoftmaxBound, softmaxBound } from "../judge/bounds.mjs";
import { CHANGES, draftCase, optionsOf } from "../judge/draftCases";
import { type DraftCase, type Verdict, verified } from "../judge/draftReference.mjs";
import { some } from "../judge/drawn";
import { random } from "../judge/random.mjs";
import { truncated } from "../judge/vocabularyReference.mjs";

const NAMES = Object.keys(CHANGES);
const PAIRS = NAMES.flatMap((a, i) => NAMES.slice(i).map((b): [string, string] => [a, b]));
/** Rows of a list (up to 1024 tokens kept) and of the kernel, with every kind of tail; beyond the smallest heap too. */
const VOCABULARIES = [1, 2, 3, 8, 40, 300, 1025, 1026, 1027, 1100, 1500, 4099];
const EDGE = 2e-6;
const ONE_LESS = 1 - 2 ** -53;

/** Compares a result with the definition's. @returns the fault in words, or undefined */
function fault(got: VerifyDraftResult, want: Verdict): string | undefined {
  const { accepted, index, p, prob, logProb, logProbs } = want;
  if (got.accepted !== accepted || got.index !== index) {
    return `accepts ${got.accepted} and draws ${got.index} instead of ${accepted} and ${index}`;
  }
  const slack = softmaxBound(p.distanceOf(index)) + softmaxBound(0) + 2 * denominatorBound(p.mean);
  if (!(Math.abs(got.prob - prob) <= prob * slack + 2 ** -126)) return `gives ${got.prob} instead of ${prob}`;
  const near = (y: number, of: number): boolean =>
    Math.abs(y - of) <= logSoftmaxBound(of) + denominatorBound(Math.log(p.probs.length));
  if (!near(got.logProb, logProb)) return `its logarithm is ${got.logProb} instead of ${logProb}`;
  if (got.logProbs.length !== accepted) return `has ${got.logProbs.length} log-probabilities`;
  const off = logProbs.findIndex((y, i) => !near(got.logProbs[i], y));
  return off < 0 ? undefined : `log-probability ${off} is ${got.logProbs[off]} instead of ${logProbs[off]}`;
}

const count = { compared: 0, close: 0, refused: 0 };

/** Verifies the case's draft with these numbers, and judges what comes of it. */
function compare(runtime: Runtime, label: string, c: DraftCase, given: DraftCase, us: readonly number[]): void {
  let asked = 0;
  let wanted = 0;
  const want = verified(c, () => us[wanted++]);
  const call = () =>
    runtime.verifyDraft(given.target, given.tokens, { ...optionsOf(given), random: () => us[asked++] });
  if (want.refused) {
    count.refused++;
    expect(call, label).toThrow(RangeError);
    return;
  }
  const got = call();
  if (want.edge < EDGE) {
    count.close++;
    return;
  }
  count.compared++;
  const wrong = fault(got, want);
  if (wrong !== undefined) expect.fail(`${label} at ${us}: ${wrong}`);
  expect(asked, label).toBe(wanted);
}

/** The case with its logits in the runtime's memory, both, one of them, or in one buffer beside it. */
function placed(runtime: Runtime, c: DraftCase, where: number): DraftCase {
  const { target, draft } = c;
  if (where === 3 && draft !== undefined) {
    const both = Float32Array.of(...draft, Number.NaN, ...target);
    return { ...c, draft: both.subarray(0, draft.length), target: both.subarray(draft.length + 1) };
  }
  const into = (x: Float32Array | undefined, here: boolean): Float32Array | undefined => {
    if (x === undefined || !here) return x;
    const view = runtime.alloc(x.length);
    view.set(x);
    return view;
  };
  return { ...c, target: into(target, (where & 1) > 0) as Float32Array, draft: into(draft, (where & 2) > 0) };
}

describe.each(BACKENDS)("%s", (backend) => {
  const runtime = createRuntime({ backend });
  const small = createRuntime({ backend, heapBytes: 65536 });
  const { verifyDraft, sample } = runtimeOf(backend);

  it("is right for all pairs of options, wherever arrays lie", () => {
    const before = { ...count };
    for (const [at, pair] of some([...PAIRS.entries()])) {
      const next = random(1000 + at);
      const n = VOCABULARIES[at % VOCABULARIES.length];
      const c = draftCase(n, Math.floor(4 * next()), pair, next);
      const label = `${pair}, ${c.tokens.length} of ${n} tokens`;
      for (const [which, on] of [runtime, small].entries()) {
        const given = on === small && c.target.length > 1000 ? c : placed(on, c, (at + which) % 4);
        for (const ends of [undefined, 0, ONE_LESS]) {
          const us = Array.from({ length: c.tokens.length + 2 }, (_, i) =>
            ends !== undefined && i % 2 ? ends : next(),
          );
          compare(on, label, c, given, us);
        }
        on.free();
      }
    }
    const compared = count.compared - before.compared;
    expect(count.close - before.close).toBeLessThan(compared / 3);
    expect(count.refused - before.refused).toBeLessThan(compared / 3);
  });

  it.each([1500, 20_000])("is right along a grid of numbers, of %i tokens", (n) => {
    for (const changes of some([
      [],
      ["topK 1050"],
      ["topP 0.9"],
      ["no draft"],
      ["ties", "topK 1050"],
      ["mask", "penalties"],
    ])) {
      const next = random(n);
      const c = draftCase(n, 1, changes, next);
      for (let j = 0; j < 12; j++) {
        const us = [j % 3 === 0 ? next() : 1 - 1e-4 * next(), (j + next()) / 12];
        for (const on of [runtime, small]) compare(on, `${changes} of ${n}`, c, c, us);
      }
    }
  });

  it("has the law of the target on a large vocabulary: chi-square", () => {
    const n = 1500; // more than a list holds of them in order
    const next = random(77);
    const laws: { topK?: number; topP?: number; penalties?: { tokens: number[]; frequency: number } }[] = [
      {},
      { topK: 900, penalties: { tokens: [1, 2, 2], frequency: 1 } },
      { topP: 0.7 },
    ];
    for (const options of some(laws)) {
      const target = Float32Array.from({ length: 2 * n }, () => 2.5 * (next() + next() + next()));
      const draft = target.slice(0, n).map((v) => v + 2 * next());
      const { kept, probs } = truncated({ x: edit(target.slice(0, n), options), ...options });
      const seen = new Uint32Array(n);
      const draws = 3000;
      for (let i = 0; i < draws; i++) {
        const token = sample(draft, { ...options, random: next }).index;
        const { accepted, index } = verifyDraft(target, [token], { draft, ...options, random: next });
        seen[accepted === 1 ? token : index]++;
      }
      let [chi, degrees, rare, rareSeen] = [0, -1, draws, draws];
      kept.forEach((token, j) => {
        const expected = draws * probs[j];
        if (expected < 5) return;
        chi += (seen[token] - expected) ** 2 / expected;
        degrees++;
        rare -= expected;
        rareSeen -= seen[token];
      });
      expect(seen.reduce((all, count, token) => all + (kept.includes(token) ? count : 0), 0)).toBe(draws);
      if (rare >= 5) {
        chi += (rareSeen - rare) ** 2 / rare;
        degrees++;
      }
      // chi² at its mean and four standard deviations of its cube root (Wilson–Hilferty): p = 3e-5
      expect(chi).toBeLessThan(degrees * (1 - 2 / (9 * degrees) + 4 * Math.sqrt(2 / (9 * degrees))) ** 3);
    }
  });

  it("is sample where nothing was drafted, and where all was accepted", () => {
    const x = Float32Array.from({ length: 5000 }, (_, i) => (i * 7919) % 11);
    for (const options of [{}, { topK: 9, topP: 0.8 }, { temperature: 0 }, { mask: Uint32Array.of(99) }]) {
      const given = { ...options, random: () => 0.4 };
      const one = sample(x, given);
      const none = { accepted: 0, ...one, logProbs: new Float32Array(0) };
      expect(verifyDraft(x, [], given)).toEqual(none);
      expect(verifyDraft(x, [], { ...given, draft: [] })).toEqual(none);
      expect(verifyDraft(x, [], { ...given, shape: [1, 1, 5000] })).toEqual(none);
      const twice = Float32Array.of(...x, ...x);
      const { index, logProb } = one;
      const draft = x;
      const all = verifyDraft(twice, [index], { ...given, draft, shape: [2, 5000] });
      expect(all).toEqual({ accepted: 1, ...one, logProbs: Float32Array.of(logProb) });
    }
  });

  it("takes tokens of every type, and rows of any shape", () => {
    const target = [0, 9, 0, 0, 0, 9, 9, 0, 0];
    const want = { accepted: 2, index: 0, prob: 1, logProb: 0, logProbs: Float32Array.of(0, 0) };
    const at0 = { temperature: 0 };
    for (const tokens of [[1, 2], [1n, 2n], Uint32Array.of(1, 2), Int32Array.of(1, 2), BigInt64Array.of(1n, 2n)]) {
      expect(verifyDraft(target, tokens, at0)).toEqual(want);
      for (const shape of [
        [3, 3],
        [1, 3, 3],
        [3, 1, 3],
      ]) {
        expect(verifyDraft(target, tokens, { ...at0, shape })).toEqual(want);
      }
    }
  });

  it("reads no row behind the first rejection, and at temperature 0 no draft", () => {
    const { NaN: nan } = Number;
    const target = Float32Array.of(0, 1, 0, 8, 8, 0, nan, nan, nan);
    const draft = Float32Array.of(0, 0, 0, nan, nan, nan);
    const drawn = verifyDraft(target.subarray(0, 9), [0, 9 % 3], { draft, random: () => 0.999 });
    expect(drawn.accepted).toBe(0);
    const first = verifyDraft(target, [1, 1], { draft: draft.fill(nan), temperature: 0 });
    expect(first).toEqual({ accepted: 1, index: 0, prob: 1, logProb: 0, logProbs: Float32Array.of(0) });
    expect(() => verifyDraft(target, [1, 0], { temperature: 0 })).toThrow(/NaN at row 2, index 0/);
  });

  it("draws from the target where the draft exceeds it everywhere, and never the token it rejects", () => {
    const equal = new Float32Array(2 * 2000);
    for (const draft of [undefined, new Float32Array(2000).fill(-3)]) {
      for (const u of [0, 0.2, 0.5, 0.9995, ONE_LESS]) {
        for (const token of [0, 400, 1000, 1999]) {
          const us = [ONE_LESS, u];
          let asked = 0;
          const { accepted, index } = verifyDraft(equal, [token], { draft, random: () => us[asked++] });
          if (draft !== undefined) expect(accepted).toBe(1);
          else expect([accepted, index === token]).toEqual([0, false]);
        }
      }
    }
  });

  it.each([
    [40, 8],
    [3000, 1200],
  ])("cuts equal logits where sample does, %i of which topK leaves %i", (n, k) => {
    for (const on of [runtime, small]) {
      const run = (token: number, topK: number, ...us: number[]) => {
        let asked = 0;
        const draft = new Float32Array(n);
        const options = { draft, topK: k, draftOptions: { topK }, random: () => us[asked++] };
        return on.verifyDraft(new Float32Array(2 * n), [token], options);
      };
      // the draft keeps twice as many: those that the target keeps are twice as probable there, the others not at all
      for (const token of [0, 1, k - 1]) expect(run(token, 2 * k, ONE_LESS, 0).accepted).toBe(1);
      for (const token of [k, 2 * k - 1])
        expect(run(token, 2 * k, 0, ONE_LESS)).toMatchObject({ accepted: 0, index: k - 1 });
      expect(() => run(2 * k, 2 * k, 0, 0)).toThrow(/can have drawn/);
      // the draft keeps half as many: the other half is left to draw from
      for (const token of [0, k / 2 - 1]) {
        expect(run(token, k / 2, 0.49, 0).accepted).toBe(1);
        expect(run(token, k / 2, 0.51, 0)).toMatchObject({ accepted: 0, index: k / 2 });
        expect(run(token, k / 2, 0.51, ONE_LESS)).toMatchObject({ accepted: 0, index: k - 1 });
      }
    }
  });

  it("lets random use the library, and the memory, between its numbers", () => {
    const own = createRuntime({ backend, heapBytes: 1 << 17 });
    for (const n of [50, 1200, 9000]) {
      for (const changes of [[], ["topK 5"], ["topK 1050", "mask"], ["no draft", "penalties"]]) {
        const next = random(n);
        const c = draftCase(n, 2, changes, next);
        const us = [0.3, 0.9999, 0.6, 0.2];
        let [asked, again] = [0, 0];
        const meddle = (): number => {
          own.sample(Float32Array.from({ length: 3000 }, next), { topP: 0.9 });
          own.verifyDraft(c.target.slice(0, 2 * n), [1], { random: () => 0.5 });
          const view = own.alloc(1000 + asked).fill(Number.NaN);
          if (asked % 2) own.free(view);
          return us[asked++];
        };
        const got = own.verifyDraft(c.target, c.tokens, { ...optionsOf(c), random: meddle });
        expect(got).toEqual(verifyDraft(c.target, c.tokens, { ...optionsOf(c), random: () => us[again++] }));
        own.free();
      }
    }
  });
});

/** The logits after the frequency penalty of the chi-square's case, in float32. */
function edit(x: Float32Array, { penalties }: { penalties?: { tokens: number[]; frequency: number } }): Float32Array {
  for (const token of penalties?.tokens ?? []) x[token] -= penalties?.frequency ?? 0;
  return x;
}
