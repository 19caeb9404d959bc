// Bare projects outside of the repository, each with the packed package installed.
import { cpSync, mkdtempSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { inject } from "vitest";

const isTest = (path) => /\.test\.m?[jt]s$/.test(basename(path));

/**
 * A copy of inject("project") that a test may write into and break. setup.mjs removes it.
 *
 * @param files  a folder whose files are put there too; tests in it stay behind
 * @returns      the project's folder, alone in its parent folder
 */
export function bareProject(files = undefined) {
  const installed = inject("project");
  const folder = join(mkdtempSync(join(dirname(installed), "bare-")), "project");
  cpSync(installed, folder, { recursive: true });
  if (files !== undefined) cpSync(files, folder, { recursive: true, filter: (path) => !isTest(path) });
  return folder;
}
