/** React Native has no WebAssembly: there it is JavaScript alone, whatever is imported. */
import { beforeAll, describe, expect, it } from "vitest";
import { execute } from "../../../scripts/execute.mjs";
import { bareProject } from "../project.mjs";
import { judge } from "../reports.mjs";
import { NAMES } from "./answers.mjs";
import { hermes, metro, VERSIONS } from "./reactNative.mjs";

const NO_WASM = /this host has no WebAssembly/;

/** @returns what hermes.mjs prints there  @param packageExports  whether Metro goes by "exports" */
function run(packageExports) {
  const project = bareProject("test/package/hosts");
  const { stdout: expected } = execute(process.execPath, ["--import", "./deleted.mjs", "expected.mjs"], project);
  return JSON.parse(hermes(project, expected, metro(project, "hermes.mjs", packageExports)));
}

describe(`Hermes ${VERSIONS["hermes-engine-cli"]}, bundled by Metro ${VERSIONS.metro}`, () => {
  let ran;
  beforeAll(() => {
    ran = run(true);
  });

  it("everything, on js", () => judge(ran.reports, ["js", "js"], NO_WASM));

  it.each(NAMES)("%s, as in Node", (name) => {
    const { calls, failures } = ran.compared.find((compared) => compared.name === name);
    expect(failures).toEqual([]);
    expect(calls).toBeGreaterThan(0);
  });

  it('everything without "exports", on js', () => judge(run(false).reports, ["js", "js"], NO_WASM));
});
