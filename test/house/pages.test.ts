/** The pages: what they link to, name and list is there. That their snippets run is a test of the package. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import { describe, expect, it } from "vitest";
import * as door from "../../src/index";
import { pages } from "../package/pages.mjs";

const PAGES: string[] = pages();
const read = (page: string): string => readFileSync(page, "utf8");
const { scripts, files } = JSON.parse(read("package.json")) as { scripts: Record<string, string>; files: string[] };

/** A page without its blocks of code, which have brackets of their own. */
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```$/gm, "");

/** The anchors of a page's headings, as GitHub makes them. */
const anchorsOf = (text: string): string[] =>
  [...prose(text).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );

/** Links to files, from the root, and to their headings; others go to the web. */
const linksOf = (page: string, text: string): { path: string; anchor: string }[] =>
  [...prose(text).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(([, path, anchor = ""]) => ({
    path: path === "" ? page : normalize(join(dirname(page), path)),
    anchor,
  }));

/** What is wrong with a page's links, in words. */
const deadLinks = (page: string, text: string): string[] =>
  linksOf(page, text).flatMap(({ path, anchor }) => {
    if (!existsSync(path)) return [`${page} links to ${path}, which is not there`];
    if (anchor === "" || anchorsOf(path === page ? text : read(path)).includes(anchor)) return [];
    return [`${page} links to #${anchor}, which ${path} has no heading for`];
  });

const FOLDER = "(?:assembly|src|test|bench|scripts|examples|docs|\\.ci)";
const GENERATED = /^src\/wasm\/binaries/;
const PLACEHOLDER = /FAMILY|NAME/;

/** Paths of the repository that a page names between backticks, without what follows them there. */
const pathsOf = (text: string): string[] =>
  [...prose(text).matchAll(new RegExp(`\`(?:npx vitest run )?(${FOLDER}/[\\w./-]*)[^\`]*\``, "g"))]
    .map(([, path]) => path)
    .filter((path) => !GENERATED.test(path) && !PLACEHOLDER.test(path));

describe.each(PAGES)("%s", (page) => {
  it("links to what is there", () => {
    expect(deadLinks(page, read(page))).toEqual([]);
  });

  it("names files that are there", () => {
    expect(pathsOf(read(page)).filter((path) => !existsSync(path))).toEqual([]);
  });

  it("names scripts that package.json has", () => {
    const named = [...read(page).matchAll(/\bnpm run ([\w:]+)/g)].map(([, script]) => script);
    const own = page.startsWith("examples/") ? ["dev"] : []; // of the page with a worker, a package of its own
    expect(named.filter((script) => !(script in scripts || own.includes(script)))).toEqual([]);
  });
});

describe("the pages", () => {
  it("README.md has at most 220 lines", () => {
    expect(read("README.md").split("\n").length - 1).toBeLessThanOrEqual(220);
  });

  it("are in the package, where README.md links to them", () => {
    const linked = linksOf("README.md", read("README.md")).map(({ path }) => path);
    const packed = (path: string): boolean => path === "README.md" || files.some((f) => `${path}/`.startsWith(`${f}/`));
    expect(linked.filter((path) => !packed(path))).toEqual([]);
    expect(linked).toContain("docs/numerics.md");
  });

  const functions = Object.entries(door.createRuntime())
    .filter(([name, value]) => typeof value === "function" && name !== "alloc" && name !== "free")
    .map(([name]) => name);

  it.each(functions)("say when to use %s, and where it is", (name) => {
    const [, choice] = read("README.md").match(/^## Which function do I want\?$([\s\S]*?)^## /m) ?? [];
    expect(choice).toMatch(new RegExp(`\`[^\`]*\\b${name}\\b[^\`]*\``));
    expect(read("docs/architecture.md")).toMatch(new RegExp(`^\\| \`${name}\` \\| \`assembly/`, "m"));
  });

  it("have a line for every script that tests or measures", () => {
    const wanted = Object.keys(scripts).filter((name) => /^(test|bench)/.test(name));
    const text = read("CONTRIBUTING.md");
    expect(wanted.filter((name) => !new RegExp(`^npm (?:run )?${name}\\b`, "m").test(text))).toEqual([]);
  });

  it("are the only ones that code cites", () => {
    const folders = ["assembly", "src", "test", "bench", "scripts", "examples"];
    const code = folders.flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .map((path) => join(folder, path.replaceAll("\\", "/")))
        .filter((path) => /\.[cm]?[jt]s$/.test(path) && path !== "test/house/pages.test.ts")
        .filter((path) => !path.includes("/node_modules/")),
    );
    const dead = code.flatMap((path) =>
      [...read(path).matchAll(/(?<![\w/.-])(?:[\w-]+\/)*[\w-]+\.md\b/g)]
        .map(([cited]) => cited)
        .filter((cited) => !existsSync(cited) && !existsSync(join(dirname(path), cited)))
        .map((cited) => `${path} cites ${cited}`),
    );
    expect(dead).toEqual([]);
  });

  it("would not pass with a dead link, anchor or path", () => {
    expect(deadLinks("docs/sampling.md", "[x](b.md) [y](#c) [z](../README.md#use)\n# C d\n[w](#c-d)")).toEqual([
      "docs/sampling.md links to docs/b.md, which is not there",
      "docs/sampling.md links to #c, which docs/sampling.md has no heading for",
    ]);
    expect(pathsOf("`src/none.ts` `bench/x.mjs --quick` `src/ops/FAMILY/NAME.ts` src/prose.ts")).toEqual([
      "src/none.ts",
      "bench/x.mjs",
    ]);
  });
});
