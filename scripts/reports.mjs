// What runs of vitest leave in .cache/reports/NAME.json (vitest.config.ts), and what it sums to.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

const FOLDER = ".cache/reports";

/** Of what a test that failed says, in characters, and of such tests, that the sum tells. */
const LONGEST = 240;
const MOST_TOLD = 20;

const fileOf = (name) => join(FOLDER, `${name}.json`);

/** A run's name as the name of a file. */
export const reportName = (name) => name.replaceAll(/\W+/g, "-");

export const removeReport = (name) => rmSync(fileOf(name), { force: true });

/** @returns the names of all reports that are there */
export function reportNames() {
  if (!existsSync(FOLDER)) return [];
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));
  return files.map((file) => file.slice(0, -".json".length)).sort();
}

/** A test that failed, with what it says of that, in one line: whoever sees only the end of a log must see why it is red. */
function complaint({ fullName, failureMessages }) {
  const [message] = stripVTControlCharacters(failureMessages.join("; ")).split(/\n\s+at /); // without the stack
  return `${fullName}: ${message.slice(0, LONGEST)}`.replaceAll(/\s+/g, " ");
}

/**
 * @returns  how many tests passed, failed and were skipped; problem: why the run counts as failed although no test of it did,
 *           or undefined; unfinished: whether it was cut short; seconds: how long it took; titles: whole ones, of the tests that ran;
 *           complaints: what each test that failed says, with its title, in a line
 */
export function readReport(name) {
  const nothing = { passed: 0, failed: 0, skipped: 0, unfinished: true, seconds: 0, titles: [], complaints: [] };
  if (!existsSync(fileOf(name))) return { ...nothing, problem: "left no report" };
  const report = JSON.parse(readFileSync(fileOf(name), "utf8"));
  if (report.testResults === undefined) return { ...nothing, problem: "did not finish" };
  const { numTotalTests, numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = report;
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const ran = tests.filter(({ status }) => status === "passed" || status === "failed");
  const titles = ran.map(({ fullName }) => fullName);
  const complaints = ran.filter(({ status }) => status === "failed").map(complaint);
  const ends = report.testResults.map(({ endTime }) => endTime);
  const seconds = Math.round((Math.max(report.startTime, ...ends) - report.startTime) / 1000);
  const undone = numTotalTests - passed - failed - skipped;
  const unloaded = report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const unfinished = undone > 0 || numTotalTests === 0;
  let problem;
  if (undone > 0) problem = `left ${undone} tests undone`;
  else if (unloaded.length > 0) problem = `could not load ${unloaded.map((file) => file.name).join(", ")}`;
  else if (failed === 0 && report.success === false) problem = "failed outside of its tests";
  else if (passed + failed === 0) problem = "ran no test";
  return { passed, failed, skipped, unfinished, seconds, titles, complaints, problem };
}

/** @returns  the worst errors that tests of a report met (test/judge/everyFloat.ts): { of, error, at } */
export function readWorst(name) {
  const { testResults = [] } = existsSync(fileOf(name)) ? JSON.parse(readFileSync(fileOf(name), "utf8")) : {};
  return testResults.flatMap(({ assertionResults }) => assertionResults).flatMap(({ meta }) => meta?.worst ?? []);
}

/**
 * Prints a line a run and, as the last one, their sum.
 *
 * @param runs      [name, what readReport gives]
 * @param failures  what else failed, a line each
 * @returns         the status to end with
 */
export function printSum(runs, failures = []) {
  const width = Math.max(0, ...runs.map(([name]) => name.length));
  const total = { passed: 0, failed: failures.length, skipped: 0 };
  console.log("");
  for (const [name, { passed, failed, skipped, seconds, problem }] of runs) {
    const skips = skipped > 0 ? `, ${skipped} skipped` : "";
    const counts = `${passed} passed, ${failed} failed${skips} in ${seconds} s`;
    console.log(`${name.padEnd(width)}  ${counts}${problem === undefined ? "" : `: ${problem}`}`);
    total.passed += passed;
    total.failed += failed + (problem === undefined ? 0 : 1);
    total.skipped += skipped;
  }
  const told = runs.flatMap(([name, { complaints }]) => complaints.map((line) => `${name}: ${line}`));
  for (const line of told.slice(0, MOST_TOLD)) console.log(`FAILED  ${line}`);
  if (told.length > MOST_TOLD) console.log(`FAILED  and ${told.length - MOST_TOLD} more`);
  for (const failure of failures) console.log(`FAILED  ${failure}`);
  if (total.skipped > 0) console.log(`${total.skipped} skipped`);
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}
