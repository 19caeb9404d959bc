import { describe, expect, it } from "vitest";
import type { AttentionOptions } from "../src/ops/attention";
import { callOfRow, pairwise } from "./attentionGrid";
import { attentionFailure, attentionReference, type Call, callOf, sizesOf } from "./attentionReference";
import { BACKENDS, runtimeOf } from "./backends";

const ROWS = pairwise(7);

describe.each(BACKENDS)("attention on %s", (backend) => {
  const runtime = runtimeOf(backend);

  /** Runs a call with lse and weights, and holds it against the definition. */
  function check(call: Call, label: string, on = runtime): void {
    const { batch, heads, queries, keys } = sizesOf(call);
    const lse = new Float32Array(batch * heads * queries).fill(77);
    const weights = new Float32Array(batch * heads * queries * keys).fill(77);
    const want = attentionReference(call);
    const out = on.attention(call.q, call.k, call.v, { ...call.options, lse, weights });
    const plain = on.attention(call.q, call.k, call.v, call.options);
    const failure =
      attentionFailure({ out, lse, weights }, want, call.v, `${backend} ${label}`) ??
      attentionFailure({ out: plain }, want, call.v, `${backend} ${label}, out alone`);
    if (failure) expect.fail(failure);
  }

  it(`is the definition, every option with every other (${ROWS.length} calls)`, () => {
    ROWS.forEach((row, seed) => {
      check(callOfRow(row, 100 + seed), JSON.stringify(row));
    });
  });
});
