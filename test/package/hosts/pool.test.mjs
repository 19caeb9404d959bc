/** softmax-wasm/pool, which finds its workers itself: in both module systems, and in pages, with shared memory and without, or without workers. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { bun, deno } from "../../../scripts/engines.mjs";
import { execute } from "../../../scripts/execute.mjs";
import { ISOLATED, launch, reportsOf } from "../launch.mjs";
import { versionOf } from "../nodes.mjs";
import { bareProject } from "../project.mjs";
import { serve } from "../serve.mjs";

const SHARED = { kind: "shared", reason: "", threads: 2, buffer: "SharedArrayBuffer", failures: [] };
const COPIED = { ...SHARED, kind: "copied", reason: "memory cannot be shared here", buffer: "ArrayBuffer" };
const CALLER = { ...COPIED, kind: "caller", reason: expect.stringMatching(/./), threads: 1 };

const project = bareProject("test/package/hosts");

describe.each([
  ...inject("nodes").map((node) => [`Node ${versionOf(node)}`, node, []]),
  ["Bun", bun(), []],
  ["Deno", deno(), ["run", "--allow-read"]],
])("%s", (_, program, args) => {
  it.each(["pool.mjs", "pool.cjs"])("%s", (file) => {
    expect(JSON.parse(execute(program, [...args, file], project).stdout)).toEqual(SHARED);
  });
});

const HEADERS = {
  "/isolated/": ISOLATED,
  "/open/": {},
  "/no-workers/": { "content-security-policy": "worker-src 'none'" },
};

let server;
/** Of another origin. */
let other;
beforeAll(async () => {
  server = await serve(project, HEADERS);
  other = await serve(project, {
    "/": { "access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin" },
  });
});
afterAll(() => {
  server?.stop();
  other?.stop();
});
const elsewhere = () => encodeURIComponent(`${other.address}/node_modules/softmax-wasm/dist`);

describe.each(["Chromium", "Firefox"])("%s", (name) => {
  let browser;
  beforeAll(async () => {
    browser = await launch(name);
  });
  afterAll(() => browser?.close());

  it.each([
    ["cross-origin isolated", "/isolated/pool.html", SHARED],
    ["not isolated", "/open/pool.html", COPIED],
    ["isolated, the package of another origin", "/isolated/pool.html?elsewhere", SHARED],
    ["a CSP that forbids workers", "/no-workers/pool.html", CALLER],
  ])("%s", async (_, path, wanted) => {
    const address = `${server.address}${path.replace("elsewhere", elsewhere())}`;
    expect(await reportsOf(browser, address)).toEqual([wanted]);
  });
});
