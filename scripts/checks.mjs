// Checks with a name, counted: a line each, and at the end "N passed, N failed".
let passed = 0;
let failed = 0;

/** Runs it; what it returns is printed beside its name, what it throws fails it. */
export async function check(name, run) {
  try {
    const detail = await run();
    console.log(`ok      ${name}${detail ? `: ${detail}` : ""}`);
    passed++;
  } catch (error) {
    console.log(`FAILED  ${name}\n${error.message}`);
    failed++;
  }
}

/**
 * Runs checks, prints the last line and exits: with 1 where something failed, where nothing was checked, and where what the
 * checks need is missing.
 */
export async function checking(run) {
  try {
    await run();
  } catch (error) {
    await check("everything that the checks need", () => Promise.reject(error));
  }
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exit(failed > 0 || passed === 0 ? 1 : 0);
}

/**
 * Reports of test/package/hosts/everything.mjs: nothing failed, the backends are the ones wanted, in this order, and each runtime
 * that came down to JavaScript from better ones says why.
 *
 * @param why  what the reasons say
 * @returns    the backends, for people, and why others were passed over
 */
export function judge(reports, backends, why = /./) {
  const failures = reports.flatMap((report) => report.failures);
  if (failures.length > 0) throw new Error(failures.join("\n"));
  const got = reports.map(({ backend }) => backend);
  const reasons = [...new Set(reports.flatMap(({ rejected }) => rejected))];
  const because = reasons.length > 0 ? ` (${reasons.join("; ")})` : "";
  if (got.join() !== backends.join()) throw new Error(`ran on ${got}, expected ${backends}${because}`);
  const other = reasons.find((reason) => !why.test(reason));
  if (other !== undefined) throw new Error(`rejected for another reason than ${why}: ${other}`);
  return `${[...new Set(got)].join(", ")}${because}`;
}
