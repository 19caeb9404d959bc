/** Cloudflare's workers: workerd runs them, wrangler bundles them. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { pages } from "../pages.mjs";
import { bareProject } from "../project.mjs";
import { judge } from "../reports.mjs";
import { askWorkerd, VERSIONS, wrangle } from "./cloudflare.mjs";

const project = bareProject("test/package/hosts");

async function ask(config) {
  const reports = JSON.parse(await askWorkerd(config));
  judge(reports, ["js", "js", "wasm", "wasm-relaxed"], /Wasm code generation disallowed by embedder/);
}

it(`workerd ${VERSIONS.workerd}`, () => ask(join(project, "workerd.capnp")));

it(`the same worker, bundled by wrangler ${VERSIONS.wrangler}`, () => ask(wrangle("workerd", project)));

it("the worker that the pages show, bundled by wrangler", async () => {
  const blocks = pages().flatMap((page) => [...readFileSync(page, "utf8").matchAll(/```js\n(.*?)```/gs)]);
  const worker = blocks.map(([, code]) => code).find((code) => code.includes("rows-relaxed.wasm"));
  expect(worker, "a block of a page that imports rows-relaxed.wasm").toBeDefined();
  writeFileSync(join(project, "shown.mjs"), worker);
  const y = JSON.parse(await askWorkerd(wrangle("shown", project)));
  expect(y.map((p) => p.toFixed(4))).toEqual(["0.0900", "0.2447", "0.6652"]);
});
