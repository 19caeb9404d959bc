import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { BACKENDS, runtimeOf } from "./backends";
import { floats } from "./cases";
import { logSoftmaxBound, logSumExpBound, reference, softmaxTolerance, worst } from "./reference";

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
  }[];
}

const numbers = (values: Numbers): number[] => values.map(Number);
const file = new URL("./vectors/rows.json.gz", import.meta.url);
const golden = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Golden;
const versions = Object.entries(golden.versions).map((pair) => pair.join(" "));

describe.each(BACKENDS)(`%s against ${versions.join(", ")}`, (backend) => {
  const { softmax, logSoftmax, logSumExp } = runtimeOf(backend);

  it.each(golden.cases.map((c) => [`${c.shape.join("×")} axis ${c.axis} ${c.range}`, c] as const))("%s", (label, c) => {
    const { shape, axis } = c;
    const x = floats(numbers(c.x));
    const options = { shape, axis };
    const cold = { ...options, temperature: 0.7 };
    const logs = numbers(c.log_softmax);
    const lses = numbers(c.logsumexp);
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
    ];
    expect(failures.filter(Boolean)).toEqual([]);
  });
});
