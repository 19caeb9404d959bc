/**
 * The packed package through bundlers, in a bare project and without configuration: how large an app becomes by it, and
 * Chromium runs what they make.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Bundling, title } from "../bundling.mjs";
import { launch, reportsOf } from "../launch.mjs";
import { judge } from "../reports.mjs";
import { serve } from "../serve.mjs";

const PAGE = ["wasm-relaxed", "js"]; // of page.mjs and page.cjs
const WITH_WORKER = [...PAGE, "wasm-relaxed"];
/** webpack warns of any asset above 244 KiB, and these apps import everything that there is. */
const QUIET = "--no-performance";
const BUILDS = [
  ["vite", "vite", ["build", "--outDir", "out/vite"], WITH_WORKER],
  ["webpack", "webpack", ["./workers.mjs", "--mode", "production", QUIET, "-o", "out/webpack"], WITH_WORKER],
  ["webpack-development", "webpack", ["./page.mjs", "--mode", "development", "-o", "out/webpack-development"], PAGE],
  ["webpack-cjs", "webpack", ["./page.cjs", "--mode", "production", QUIET, "-o", "out/webpack-cjs"], PAGE],
  ["webpack-js", "webpack", ["./jsOnly.mjs", "--mode", "production", "-o", "out/webpack-js"], ["js"]],
  ["esbuild", "esbuild", ["page.mjs", "--bundle", "--outfile=out/esbuild/main.js"], PAGE],
  ["esbuild-minify", "esbuild", ["page.mjs", "--bundle", "--minify", "--outfile=out/esbuild-minify/main.js"], PAGE],
  ["esbuild-cjs", "esbuild", ["page.cjs", "--bundle", "--outfile=out/esbuild-cjs/main.js"], PAGE],
  ["esbuild-js", "esbuild", ["jsOnly.mjs", "--bundle", "--outfile=out/esbuild-js/main.js"], ["js"]],
  ["rollup", "rollup", ["page.mjs", "-p", "node-resolve", "-f", "es", "-o", "out/rollup/main.js"], PAGE],
  ["rollup-js", "rollup", ["jsOnly.mjs", "-p", "node-resolve", "-f", "es", "-o", "out/rollup-js/main.js"], ["js"]],
];

/** What an app of nothing but these imports weighs, bundled and minified: bytes with gzip, of which it must stay below. */
const WEIGHTS = [
  ["softmax", 'export { softmax } from "softmax-wasm";', 23_500],
  ["sample", 'export { sample } from "softmax-wasm";', 33_100],
  ["attention", 'export { attention } from "softmax-wasm";', 27_600],
  ["sparsemax", 'export { sparsemax } from "softmax-wasm";', 33_400],
  ["seeded", 'export { seeded } from "softmax-wasm";', 4_000],
  ["bitMask", 'export { bitMask } from "softmax-wasm";', 4_200],
  ["softmax-wasm", 'export * from "softmax-wasm";', 84_300],
  ["softmax-wasm/js", 'export * from "softmax-wasm/js";', 42_600],
  // a second copy of the kernels would be 40 000
  [
    "softmax-wasm and softmax-wasm/transformers",
    'export * as main from "softmax-wasm"; export * from "softmax-wasm/transformers";',
    89_700,
  ],
  [
    "softmax-wasm and softmax-wasm/pool",
    'export * as main from "softmax-wasm"; export * from "softmax-wasm/pool";',
    95_900,
  ],
  ["softmax-wasm, imported and not used", 'import { softmax } from "softmax-wasm";', 100],
];

let bundling;
beforeAll(() => {
  bundling = new Bundling();
});

describe("an app of nothing but an import weighs little", () => {
  it.each(WEIGHTS)(`${title("esbuild")}, minified: %s`, (name, code, limit) => {
    writeFileSync(join(bundling.project, "app.mjs"), code);
    const args = ["app.mjs", "--bundle", "--minify", "--format=esm", "--outfile=out/app.mjs"];
    bundling.run("esbuild", args);
    const app = readFileSync(join(bundling.project, "out/app.mjs"));
    const gzipped = gzipSync(app, { level: 9 }).length;
    const brotli = brotliCompressSync(app).length;
    console.log(`${name}: ${app.length} bytes, ${gzipped} with gzip, ${brotli} with brotli`);
    expect(gzipped, "bytes with gzip").toBeLessThan(limit);
  });
});

const scripts = (folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".js"))
    .map((file) => readFileSync(join(folder, file), "utf8"));

/** WebAssembly's name, or binaries, which are long strings without a quote. */
const WEBASSEMBLY = /WebAssembly\.|"[^"'`\\$<\n]{1000,}"/;

describe("what a bundler makes runs in Chromium", () => {
  let browser;
  beforeAll(async () => {
    browser = await launch("Chromium");
  });
  afterAll(() => browser?.close());

  it.each(BUILDS.map(([name, tool, ...build]) => [title(tool), name, tool, ...build]))(
    "%s: %s",
    async (_, name, tool, args, backends) => {
      const folder = bundling.build(name, tool, args);
      const code = scripts(folder);
      const onlyJs = backends.every((backend) => backend === "js");
      if (onlyJs) expect(code.filter((text) => WEBASSEMBLY.test(text)).length, "scripts with WebAssembly").toBe(0);
      const server = await serve(folder);
      try {
        judge(await reportsOf(browser, `${server.address}/index.html`), backends);
      } finally {
        server.stop();
      }
    },
  );

  it(`${title("vite")}: its server`, () =>
    bundling.served([], async (address) => judge(await reportsOf(browser, address), WITH_WORKER)));
});
