// Judges the reports of hosts/everything.mjs.
import { expect } from "vitest";

/**
 * Nothing failed, the backends are the ones wanted, in this order, and each runtime that came down to JavaScript from better
 * ones says why.
 *
 * @param why  what the reasons say
 */
export function judge(reports, backends, why = /./) {
  expect(reports.flatMap(({ failures }) => failures)).toEqual([]);
  const reasons = [...new Set(reports.flatMap(({ rejected }) => rejected))];
  const got = reports.map(({ backend }) => backend);
  expect(got, `passed over: ${reasons.join("; ") || "none"}`).toEqual(backends);
  for (const reason of reasons) expect(reason).toMatch(why);
}
