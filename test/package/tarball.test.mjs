/** What is packed: every file that is promised and no other, linted, small, readable, and without dependencies. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { execute } from "../../scripts/execute.mjs";
import { BINARIES } from "../../scripts/families.mjs";
import { promised } from "./promised.mjs";

const MAY_BE_PACKED =
  /^((dist|js|modules|pool|pool-worker|transformers)\/|package\.json$|LICENSE$|(docs\/[\w-]+|[A-Z]+)\.md$)/;

/** Bytes of both binaries of a family, of which they stay below. */
const LARGEST = { rows: 37_500, sparse: 79_000, attention: 40_000, vocabulary: 37_600 };

/** Characters in a line of code for people: what an uncaught error shows is one of them. */
const LONGEST_LINE = 220;

const installed = join(inject("project"), "node_modules/softmax-wasm");
const dist = join(installed, "dist");

describe("the tarball", () => {
  const node = (program, ...args) => execute(process.execPath, [`node_modules/${program}`, ...args]);

  it("publint has nothing to say", () => void node("publint/src/cli.js", inject("tarball"), "--strict"));

  it("are the types wrong: no", () => {
    node("@arethetypeswrong/cli/dist/index.js", inject("tarball"), "--exclude-entrypoints", ...BINARIES);
  });

  it("holds every file that package.json promises, and none by mistake", () => {
    expect(inject("packed").filter((path) => !MAY_BE_PACKED.test(path))).toEqual([]);
    expect(inject("packed")).toEqual(expect.arrayContaining(promised()));
  });

  it.each(Object.entries(LARGEST))("the binaries of %s stay below %i bytes", (family, most) => {
    const sizes = [`${family}.wasm`, `${family}-relaxed.wasm`].map((file) => statSync(join(dist, file)).size);
    expect(sizes[0] + sizes[1]).toBeLessThan(most);
  });

  it("has code that people can read", () => {
    const files = readdirSync(dist).filter((file) => /\.c?js$/.test(file));
    const lines = files.flatMap((file) => readFileSync(join(dist, file), "utf8").split("\n"));
    expect(lines.length).toBeGreaterThan(1000);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(LONGEST_LINE);
  });

  it("has no dependencies", () => {
    const { dependencies = {} } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
    expect(dependencies).toEqual({});
  });
});
