// Examples beside the installed package, as somebody has them who copied the folder.
import { spawnSync } from "node:child_process";
import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { execute } from "../../../scripts/execute.mjs";
import { fetched } from "../../../scripts/fetched.mjs";
import { bareProject } from "../project.mjs";

/**
 * @param name      of a folder in .cache/ for other packages that an example needs; none unless given
 * @param versions  those packages. They lie above the project, where packages are looked up after its own
 * @returns         a project with the package and the examples
 */
export function projectWith(name, versions) {
  const folder = bareProject();
  cpSync("examples", join(folder, "examples"), { recursive: true, filter: (path) => !/node_modules|dist$/.test(path) });
  if (name !== undefined) {
    symlinkSync(join(fetched(name, versions), "node_modules"), join(folder, "../node_modules"), "junction");
  }
  return folder;
}

/** Where nothing but the package is installed. */
export const project = projectWith();

/** What an example says, on stdout and stderr; it ends with 0. */
export const ran = (name, args = [], variables = {}) =>
  execute(process.execPath, [`examples/${name}`, ...args], project, { STORIES_DIR: "", ...variables });

/** What an example prints; it ends with 0. */
export const printed = (...run) => ran(...run).stdout;

/** What an example says that ends with 1. */
export function refusal(name, args = []) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`examples/${name}`, ...args], {
    cwd: project,
    encoding: "utf8",
    env: { ...process.env, STORIES_DIR: "" },
  });
  expect(status, stdout + stderr).toBe(1);
  expect(stderr, "a message, and no stack").not.toMatch(/^ +at /m);
  expect(stdout).toBe("");
  return stderr;
}
