// node scripts/sum.mjs [FAILED...]     all reports of .cache/reports, a line each; what else failed is given by name
// The last line: "N passed, N failed".
import { printSum, readReport, reportNames } from "./reports.mjs";

process.exit(
  printSum(
    reportNames().map((name) => [name, readReport(name)]),
    process.argv.slice(2),
  ),
);
