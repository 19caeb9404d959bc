import { describe, expect, it } from "vitest";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { entropyBound, logSoftmaxBound, logSumExpBound } from "../judge/bounds.mjs";
import { floats } from "../judge/cases";
import { reference, rowsOf, softmaxTolerance, worst } from "../judge/reference";
import rows from "./vectors/rows.json.gz?bytes";

/** JSON has no infinities: they are strings there. */
type Numbers = readonly (number | string)[];
interface Golden {
  readonly versions: Record<string, string>;
  readonly cases: readonly {
    readonly shape: readonly number[];
    readonly axis: number;
    readonly range: string;
    readonly x: Numbers;
    readonly softmax: Numbers;
    readonly log_softmax: Numbers;
    readonly logsumexp: Numbers;
    readonly softmax_t07: Numbers;
    readonly sparsemax: Numbers;
    readonly entmax15: Numbers;
    readonly "entmax_1.2": Numbers;
    readonly "entmax_1.5": Numbers;
    readonly entmax_2: Numbers;
    readonly entmax_3: Numbers;
  }[];
}

const numbers = (values: Numbers): number[] => values.map(Number);
const unzipped = new Blob([rows]).stream().pipeThrough(new DecompressionStream("gzip"));
const golden = (await new Response(unzipped).json()) as Golden;
const versions = Object.entries(golden.versions).map((pair) => pair.join(" "));

describe.each(BACKENDS)(`%s against ${versions.join(", ")}`, (backend) => {
  const { softmax, logSoftmax, logSumExp, entropy, sparsemax, entmax15, entmax } = runtimeOf(backend);

  it.each(golden.cases.map((c) => [`${c.shape.join("×")} axis ${c.axis} ${c.range}`, c] as const))("%s", (label, c) => {
    const { shape, axis } = c;
    const x = floats(numbers(c.x));
    const options = { shape, axis };
    const cold = { ...options, temperature: 0.7 };
    const logs = numbers(c.log_softmax);
    const lses = numbers(c.logsumexp);
    /** -Σ p·log p from PyTorch's log p. */
    const entropies = rowsOf({ x, ...options }).map(({ indices }) =>
      indices.reduce((sum, i) => (logs[i] === -Infinity ? sum : sum - Math.exp(logs[i]) * logs[i]), 0),
    );
    const failures = [
      worst(
        softmax(x, options),
        numbers(c.softmax),
        softmaxTolerance(reference({ x, ...options }).at),
        `softmax ${label}`,
      ),
      worst(
        softmax(x, cold),
        numbers(c.softmax_t07),
        softmaxTolerance(reference({ x, ...cold }).at),
        `T = 0.7 ${label}`,
      ),
      worst(logSoftmax(x, options), logs, (i) => logSoftmaxBound(logs[i]), `logSoftmax ${label}`),
      worst(logSumExp(x, options), lses, (i) => logSumExpBound(lses[i]), `logSumExp ${label}`),
      worst(entropy(x, options), entropies, () => entropyBound(shape.at(axis) as number), `entropy ${label}`),
      worst(sparsemax(x, options), numbers(c.sparsemax), () => 1e-6, `sparsemax ${label}`),
      worst(entmax15(x, options), numbers(c.entmax15), () => 1e-6, `entmax15 ${label}`),
      ...([1.2, 1.5, 2, 3] as const).map((alpha) =>
        worst(entmax(x, { ...options, alpha }), numbers(c[`entmax_${alpha}`]), () => 1e-6, `entmax ${alpha} ${label}`),
      ),
    ];
    expect(failures.filter(Boolean)).toEqual([]);
  });
});
