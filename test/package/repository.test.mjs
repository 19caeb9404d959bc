/** What is in the repository: nothing unused, a reference without a warning, and a clean clone that builds and packs itself. */
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { execute, npm } from "../../scripts/execute.mjs";
import { BINARIES, FAMILIES } from "../../scripts/families.mjs";
import { embedded, embedding } from "./embedded.mjs";
import { promised } from "./promised.mjs";

const folder = mkdtempSync(join(dirname(inject("project")), "repository-"));

it("nothing unused (knip)", () => void execute(process.execPath, ["node_modules/knip/bin/knip.js"]));

it("reference without a warning (typedoc)", () => {
  execute(process.execPath, ["node_modules/typedoc/bin/typedoc", "--out", join(folder, "docs")]);
  expect(existsSync(join(folder, "docs/index.html"))).toBe(true);
});

describe("a clean clone of the last commit", () => {
  const copy = join(folder, "clone");
  beforeAll(() => {
    execute("git", ["clone", "--quiet", resolve("."), copy]);
    symlinkSync(resolve("node_modules"), join(copy, "node_modules"), "junction"); // as `npm ci` would
  });
  const dist = join(inject("project"), "node_modules/softmax-wasm/dist");

  it("is not built by an install in it", () => {
    execute(process.execPath, ["scripts/prepare.mjs"], copy, { INIT_CWD: join(copy, "src") });
    expect(existsSync(join(copy, "dist"))).toBe(false);
  });

  it("npm pack packs the code", () => {
    const args = ["pack", "--json", "--foreground-scripts=false", "--pack-destination", copy];
    const [{ files }] = JSON.parse(npm(args, copy).stdout);
    expect(files.map(({ path }) => path)).toEqual(expect.arrayContaining(promised()));
  });

  it("is built by its prepare where it is a git dependency", () => {
    rmSync(join(copy, "dist"), { recursive: true, force: true });
    execute(process.execPath, ["scripts/prepare.mjs"], copy, { INIT_CWD: folder });
    expect(promised().filter((path) => !existsSync(join(copy, path)))).toEqual([]);
  });

  it("compiles assembly/ to the binaries of the package, the files and those inside the bundles", () => {
    if (!existsSync(join(copy, "build"))) execute(process.execPath, ["scripts/build-wasm.mjs"], copy);
    const built = BINARIES.map((name) => readFileSync(join(copy, "build", name)));
    BINARIES.forEach((name, i) => {
      expect(Buffer.compare(readFileSync(join(dist, name)), built[i]), name).toBe(0);
    });
    const texts = FAMILIES.flatMap((_, i) => embedding(built[2 * i], built[2 * i + 1]));
    for (const bundle of ["index.js", "index.cjs"]) {
      const inside = embedded(join(dist, bundle));
      expect(inside.length, `embeddings of ${bundle}`).toBe(texts.length);
      expect(
        texts.every((text) => inside.includes(text)),
        `${bundle} holds these binaries`,
      ).toBe(true);
    }
    for (const bundle of ["js.js", "js.cjs", "modules.js", "modules.cjs"]) {
      expect(embedded(join(dist, bundle)).length, `embeddings of ${bundle}`).toBe(0);
    }
  });
});
