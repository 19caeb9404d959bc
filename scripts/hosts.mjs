// Hosts that forbid or lack things, each the real one, on the packed package: test/package/hosts/everything.mjs runs in all of them.
// Needs a build. The last line counts: "N passed, N failed".
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { check, checking, judge } from "./checks.mjs";
import { relaxedNode } from "./engines.mjs";
import { execute } from "./execute.mjs";
import { hermes, metro, VERSIONS as NATIVE } from "./hermes.mjs";
import { launch, reportsOf } from "./launch.mjs";
import { bareProject } from "./project.mjs";
import { serve } from "./serve.mjs";
import { askWorkerd, VERSIONS, wrangle } from "./workerd.mjs";

const four = (...backends) => Array.from({ length: 4 }, () => backends).flat();

const NO_RELAXED = /this engine has no WebAssembly relaxed SIMD/;
const NO_WASM = /this host has no WebAssembly/;
const CSP_FORBIDS = /CSP|Content Security Policy/i;

async function nodeHosts(project, node) {
  const version = execute(node, ["--version"]).stdout.trim();
  const best = Number.parseInt(version.slice(1), 10) >= 22 ? "wasm-relaxed" : "wasm";
  const checkNode = (name, args, backends, why) =>
    check(`Node ${version}, ${name}`, () => judge(JSON.parse(execute(node, args, project).stdout), backends, why));
  await checkNode("--frozen-intrinsics", ["--frozen-intrinsics", "node.mjs"], [best], NO_RELAXED);
  await checkNode("--frozen-intrinsics, /js", ["--frozen-intrinsics", "node.mjs", "softmax-wasm/js"], ["js"]);
  await checkNode("--jitless", ["--jitless", "node.mjs"], ["js"], NO_WASM);
  await checkNode("WebAssembly deleted", ["--import", "./deleted.mjs", "node.mjs"], ["js"], NO_WASM);
  const trapped = ["--import", "./trap.mjs", "node.mjs", "softmax-wasm/js"];
  await checkNode("a WebAssembly that must not be looked at, /js", trapped, ["js"]);
  await checkNode("four worker threads, with a module", ["threads.mjs"], four(best, "wasm"), NO_RELAXED);
}

/** What pages may do is said by headers: the paths below differ in nothing else. */
const CSP = "default-src 'self'; worker-src 'self'";
const HEADERS = {
  "/open/": {},
  "/wasm-allowed/": { "content-security-policy": `${CSP}; script-src 'self' 'wasm-unsafe-eval'` },
  "/wasm-forbidden/": { "content-security-policy": `${CSP}; script-src 'self'` },
};

async function browserHosts(address, name) {
  const browser = await launch(name);
  const title = `${name} ${browser.version()}`;
  const checkPage = (label, path, backends, why) =>
    check(`${title}, ${label}`, async () => {
      const reports = await reportsOf(browser, `${address}${path}`);
      const has = reports.flatMap((report) => report.has ?? []);
      if (has.length > 0) throw new Error(`the host has ${has}: not the one that this is about`);
      return judge(reports, backends, why);
    });
  try {
    await checkPage("a page", "/open/page.html?page", ["wasm-relaxed", "js"]);
    await checkPage("a page with an AMD loader", "/open/page.html?amd", ["wasm-relaxed"]);
    await checkPage("CSP with 'wasm-unsafe-eval'", "/wasm-allowed/page.html?page", ["wasm-relaxed", "js"]);
    await checkPage("CSP without 'wasm-unsafe-eval'", "/wasm-forbidden/page.html?page", ["js", "js"], CSP_FORBIDS);
    await checkPage("four workers", "/open/page.html?workers", four("wasm-relaxed"));
    await checkPage("four workers with a module", "/open/page.html?workers&module", four("wasm-relaxed", "wasm"));
    await checkPage(
      "four workers, CSP without 'wasm-unsafe-eval'",
      "/wasm-forbidden/page.html?workers",
      four("js"),
      CSP_FORBIDS,
    );
    await checkPage("AudioWorklet", "/open/page.html?worklet", ["wasm-relaxed"]);
    await checkPage("AudioWorklet with a module", "/open/page.html?worklet&module", ["wasm-relaxed", "wasm"]);
    await checkPage(
      "AudioWorklet, CSP without 'wasm-unsafe-eval'",
      "/wasm-forbidden/page.html?worklet",
      ["js"],
      CSP_FORBIDS,
    );
  } finally {
    await browser.close();
  }
}

/** dist/js.*, searched for what WebAssembly would need: its name, or binaries, long strings without a quote. */
async function jsDoor(project) {
  for (const file of ["js.js", "js.cjs"]) {
    await check(`dist/${file} has no WebAssembly in it`, () => {
      const code = readFileSync(join(project, "node_modules/softmax-wasm/dist", file), "utf8");
      const found = code.replaceAll("\\\n", "").match(/WebAssembly|"[^"'`\\$<\n]{1000,}"/);
      if (found !== null) throw new Error(`found ${found[0].slice(0, 20)}`);
      return `${code.length} bytes`;
    });
  }
}

async function workerHosts(project) {
  const backends = ["js", "js", "wasm", "wasm-relaxed"];
  const forbidden = /Wasm code generation disallowed by embedder/;
  const ask = async (config) => judge(JSON.parse(await askWorkerd(config)), backends, forbidden);
  await check(`workerd ${VERSIONS.workerd}`, () => ask(join(project, "workerd.capnp")));
  await check(`the same worker, bundled by wrangler ${VERSIONS.wrangler}`, () => ask(wrangle("workerd", project)));
  await check("the worker in docs/runtimes-and-hosts.md, bundled by wrangler", async () => {
    const snippets = readFileSync("docs/runtimes-and-hosts.md", "utf8").matchAll(/```js\n(.*?)```/gs);
    const snippet = [...snippets].map((match) => match[1]).find((code) => code.includes("rows-relaxed.wasm"));
    writeFileSync(join(project, "documented.mjs"), snippet);
    const y = JSON.parse(await askWorkerd(wrangle("documented", project)));
    if (y.map((p) => p.toFixed(4)).join() !== "0.0900,0.2447,0.6652") throw new Error(`it answered ${y}`);
  });
}

/** React Native has no WebAssembly: there it is JavaScript alone, whatever is imported. */
async function hermesHost(project) {
  const title = `Hermes ${NATIVE["hermes-engine-cli"]}, bundled by Metro ${NATIVE.metro}`;
  const { stdout: expected } = execute(process.execPath, ["--import", "./deleted.mjs", "expected.mjs"], project);
  const run = (packageExports) => JSON.parse(hermes(project, expected, metro(project, "hermes.mjs", packageExports)));
  const { reports, compared } = run(true);
  await check(title, () => judge(reports, ["js", "js"], NO_WASM));
  for (const { name, calls, failures } of compared) {
    await check(`${title}: ${name}, as in Node`, () => {
      if (failures.length > 0) throw new Error(failures.join("\n"));
      return `${calls} calls`;
    });
  }
  await check(`${title} without "exports"`, () => judge(run(false).reports, ["js", "js"], NO_WASM));
}

await checking(async () => {
  const project = bareProject("test/package/hosts");
  await jsDoor(project);
  for (const node of new Set([process.execPath, relaxedNode()])) await nodeHosts(project, node);
  await workerHosts(project);
  await hermesHost(project).catch((error) => check("Hermes", () => Promise.reject(error)));
  const server = await serve(project, HEADERS);
  for (const name of ["Chromium", "Firefox"]) {
    // a browser that is not here, or does not start, is a failure, and no reason to leave out the other one
    await browserHosts(server.address, name).catch((error) => check(name, () => Promise.reject(error)));
  }
});
