/** softmax-wasm/pool through bundlers: its workers' script comes along, and Chromium runs it, with memory that may be shared and without. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Bundling, title } from "../bundling.mjs";
import { ISOLATED, launch, reportsOf } from "../launch.mjs";
import { serve } from "../serve.mjs";

const SHARED = [{ kind: "shared", reason: "", threads: 2, buffer: "SharedArrayBuffer", failures: [] }];
const COPIED = [{ ...SHARED[0], kind: "copied", reason: "memory cannot be shared here", buffer: "ArrayBuffer" }];

/** vite and webpack find the script; the others are told of it by the name that the package looks for, or the package by "worker". */
const WEBPACK = ["./pool/page.mjs", "--mode", "production", "--no-performance", "-o", "out/pool-webpack"];
const NAMED = ["main=pool/page.mjs", "pool-worker=softmax-wasm/pool-worker"];
const WITH_WORKER = ["main=pool/withWorker.mjs", "worker=pool/worker.mjs"];
const ROLLUP = [...NAMED.flatMap((entry) => ["-i", entry]), "-p", "node-resolve", "-f", "es", "-d", "out/pool-rollup"];
const BUILDS = [
  ["pool-vite", "vite", ["build", "pool", "--outDir", "../out/pool-vite", "--emptyOutDir"]],
  ["pool-webpack", "webpack", WEBPACK],
  ["pool-esbuild", "esbuild", [...NAMED, "--bundle", "--format=esm", "--outdir=out/pool-esbuild"]],
  ["pool-esbuild-script", "esbuild", [...WITH_WORKER, "--bundle", "--minify", "--outdir=out/pool-esbuild-script"]],
  ["pool-rollup", "rollup", ROLLUP],
];

describe("a page with a pool", () => {
  let bundling;
  let browser;
  beforeAll(async () => {
    bundling = new Bundling();
    browser = await launch("Chromium");
  });
  afterAll(() => browser?.close());

  async function reportsWith(headers, folder) {
    const server = await serve(folder, { "/": headers });
    try {
      return await reportsOf(browser, `${server.address}/index.html`);
    } finally {
      server.stop();
    }
  }

  it.each(BUILDS.map(([name, tool, ...args]) => [title(tool), name, tool, ...args]))(
    "%s: %s",
    async (_, name, tool, args) => {
      const folder = bundling.build(name, tool, args);
      expect(await reportsWith(ISOLATED, folder)).toEqual(SHARED);
      expect(await reportsWith({}, folder)).toEqual(COPIED);
    },
  );

  it(`${title("esbuild")}: a script, which does not know where it is, and is not told`, async () => {
    const folder = bundling.build("pool-lost", "esbuild", ["main=pool/page.mjs", "--bundle", "--outdir=out/pool-lost"]);
    const reason = "this bundle does not know where the workers' script is (see the option worker)";
    expect(await reportsWith({}, folder)).toEqual([{ ...COPIED[0], kind: "caller", reason, threads: 1 }]);
  });

  it(`${title("vite")}: its server`, () =>
    bundling.served(["pool"], async (address) => expect(await reportsOf(browser, address)).toEqual(SHARED)));
});
