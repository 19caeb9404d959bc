/** Pages, workers and worklets of real browsers, with and without a Content Security Policy that forbids WebAssembly. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch, reportsOf } from "../launch.mjs";
import { bareProject } from "../project.mjs";
import { judge } from "../reports.mjs";
import { serve } from "../serve.mjs";

/** What pages may do is said by headers: the paths below differ in nothing else. */
const CSP = "default-src 'self'; worker-src 'self'";
const HEADERS = {
  "/open/": {},
  "/wasm-allowed/": { "content-security-policy": `${CSP}; script-src 'self' 'wasm-unsafe-eval'` },
  "/wasm-forbidden/": { "content-security-policy": `${CSP}; script-src 'self'` },
};
const CSP_FORBIDS = /CSP|Content Security Policy/i;

const four = (...backends) => Array.from({ length: 4 }, () => backends).flat();

const PAGES = [
  ["a page", "/open/page.html?page", ["wasm-relaxed", "js"]],
  ["a page with an AMD loader", "/open/page.html?amd", ["wasm-relaxed"]],
  ["CSP with 'wasm-unsafe-eval'", "/wasm-allowed/page.html?page", ["wasm-relaxed", "js"]],
  ["CSP without 'wasm-unsafe-eval'", "/wasm-forbidden/page.html?page", ["js", "js"], CSP_FORBIDS],
  ["four workers", "/open/page.html?workers", four("wasm-relaxed")],
  ["four workers with a module", "/open/page.html?workers&module", four("wasm-relaxed", "wasm")],
  ["four workers, CSP without 'wasm-unsafe-eval'", "/wasm-forbidden/page.html?workers", four("js"), CSP_FORBIDS],
  ["AudioWorklet", "/open/page.html?worklet", ["wasm-relaxed"]],
  ["AudioWorklet with a module", "/open/page.html?worklet&module", ["wasm-relaxed", "wasm"]],
  ["AudioWorklet, CSP without 'wasm-unsafe-eval'", "/wasm-forbidden/page.html?worklet", ["js"], CSP_FORBIDS],
];

let server;
beforeAll(async () => {
  server = await serve(bareProject("test/package/hosts"), HEADERS);
});
afterAll(() => server?.stop());

describe.each(["Chromium", "Firefox"])("%s", (name) => {
  let browser;
  beforeAll(async () => {
    browser = await launch(name);
    console.log(`${name} ${browser.version()}`);
  });
  afterAll(() => browser?.close());

  it.each(PAGES)("%s", async (_, path, backends, why) => {
    const reports = await reportsOf(browser, `${server.address}${path}`);
    const has = reports.flatMap((report) => report.has ?? []);
    expect(has, "the host has these: it is not the one that this is about").toEqual([]);
    judge(reports, backends, why);
  });
});
