// Runs of vitest, each under a name, with a report (reports.mjs).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readReport, removeReport, reportName } from "./reports.mjs";

export const VITEST = "node_modules/vitest/vitest.mjs";

/**
 * @param command    a program that runs vitest, and its arguments
 * @param variables  of the environment
 * @returns          what readReport gives; a run that ends with an error although no test failed is a problem
 */
export async function vitest(name, [program, ...args], variables = {}) {
  const report = reportName(name);
  removeReport(report);
  const env = { ...process.env, ...variables, REPORT: report };
  const [status] = await once(spawn(program, args, { stdio: "inherit", env }), "exit");
  const result = readReport(report);
  const problem = status !== 0 && result.failed === 0 ? `ended with ${status}` : undefined;
  return { ...result, problem: result.problem ?? problem };
}
