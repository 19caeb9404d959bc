import { describe, expect, it } from "vitest";
import { INIT, SUM } from "../../assembly/layout";
import { exp as twinExp } from "../../src/js/exp";
import { BACKENDS } from "../judge/backends";
import { expBound, TWIN_EXP_BOUND } from "../judge/bounds.mjs";
import { machineOf } from "../judge/engines";

const STATE = 16384;
const X = 32768;

describe.each(BACKENDS)("exp on %s", (backend) => {
  const { kernels, buffer } = machineOf(backend);
  const f32 = new Float32Array(buffer);

  /** exp of logits <= 0: without MAX the maximum stands at -Infinity, which SUM takes for 0. */
  function exp(values: Float32Array, temperature = 1): Float32Array {
    f32.set(values, X >> 2);
    kernels.softmax(X, X, 0, 0, 1, values.length, 1, 1, temperature, STATE, INIT | SUM);
    return f32.slice(X >> 2, (X >> 2) + values.length);
  }

  it("is within 2^-24 · (4 + 1.5·|x|) on [-87.3, 0]", () => {
    const count = 1 << 16;
    let worst = 0;
    for (let block = 0; block < 8; block++) {
      const x = Float32Array.from({ length: count }, (_, i) => (-87.3 * (i * 8 + block)) / (8 * count));
      const y = exp(x);
      for (let i = 0; i < count; i++) {
        const e = Math.exp(x[i]);
        const error = Math.abs(y[i] - e) / expBound(x[i], e);
        if (!(error <= worst)) worst = error;
      }
    }
    expect(worst).toBeLessThanOrEqual(1);
  });

  it("is exactly 1 at 0 and exactly 0 far below", () => {
    expect([...exp(Float32Array.of(0, -0, -Infinity, -3.4e38, -200, -1e-45))]).toEqual([1, 1, 0, 0, 0, 1]);
  });

  it("does not depend on where a value stands", () => {
    const values = Float32Array.from({ length: 67 }, (_, i) => -i * 1.37);
    const alone = values.map((v) => exp(Float32Array.of(v))[0]);
    expect(exp(values)).toEqual(alone);
  });
});

describe("exp of the twin in float64", () => {
  it("is within 6e-10", () => {
    let worst = 0;
    for (let d = 0; d > -103; d -= 0.000931) worst = Math.max(worst, Math.abs(twinExp(d) / Math.exp(d) - 1));
    expect(worst).toBeLessThan(TWIN_EXP_BOUND);
  });

  it("keeps NaN", () => expect(twinExp(Number.NaN)).toBe(Number.NaN));
});
