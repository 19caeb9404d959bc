/** No example without a test and a description. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

/** client.mjs is tested with its server. */
const testOf = (example) => `test/package/examples/${example === "client" ? "server" : example}.test.mjs`;

it("every file directly in examples/ has a test, and a line in its README.md", () => {
  const page = readFileSync("examples/README.md", "utf8");
  const names = readdirSync("examples")
    .filter((file) => /\.[cm]?[jt]s$/.test(file))
    .map((file) => file.replace(/\.\w+$/, ""));
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter((name) => !existsSync(testOf(name)))).toEqual([]);
  expect(names.filter((name) => !page.includes(`| \`${name}.mjs\` |`))).toEqual([]);
});
