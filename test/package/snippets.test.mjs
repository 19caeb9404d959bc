/** Every snippet of the pages and of src/ runs beside the installed package, and gives what its comments promise. */
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { execute } from "../../scripts/execute.mjs";
import { bareProject } from "./project.mjs";
import { program, snippets } from "./snippets.mjs";

const project = bareProject();
copyFileSync("test/package/given.mjs", join(project, "given.mjs"));

const all = snippets();
const run = all.filter(({ reason }) => reason === undefined);

it("pages and sources have snippets that run", () => {
  expect(run.filter(({ name }) => name.includes(".md:")).length).toBeGreaterThan(0);
  expect(run.filter(({ name }) => name.includes(".ts:")).length).toBeGreaterThan(0);
});

it.each(run.map(({ name, code }) => [name, code]))("%s", (_, code) => {
  const { text } = program(code);
  writeFileSync(join(project, "snippet.mjs"), text);
  execute(process.execPath, ["snippet.mjs"], project);
});

const notRun = all.filter(({ reason }) => reason !== undefined);
it.skip.each(notRun.map(({ name, reason }) => [name, reason]))("%s: %s", () => {});
