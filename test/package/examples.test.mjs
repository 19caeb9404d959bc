/** Every example, beside the installed package: what it prints, and what it says where something that it needs is missing. */
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { CHROMIUM, findBrowser } from "../../scripts/browsers.mjs";
import { execute } from "../../scripts/execute.mjs";
import { fetched } from "../../scripts/fetched.mjs";
import { bareProject } from "./project.mjs";

/** @returns a project with the examples and, where named, other packages of npm, above it, where they are looked up after its own */
function projectWith(name, versions) {
  const project = bareProject();
  cpSync("examples", join(project, "examples"), {
    recursive: true,
    filter: (path) => !/node_modules|dist$/.test(path),
  });
  if (name !== undefined) {
    symlinkSync(join(fetched(name, versions), "node_modules"), join(project, "../node_modules"), "junction");
  }
  return project;
}
const project = projectWith();

/** What an example prints; it ends with 0. */
const printed = (name, args = [], variables = {}) =>
  execute(process.execPath, [`examples/${name}`, ...args], project, { STORIES_DIR: "", ...variables }).stdout;

/** What an example says that ends with 1. */
function refusal(name, args = []) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`examples/${name}`, ...args], {
    cwd: project,
    encoding: "utf8",
    env: { ...process.env, STORIES_DIR: "" },
  });
  expect(status, stdout + stderr).toBe(1);
  expect(stderr, "a message, and no stack").not.toMatch(/^ +at /m);
  expect(stdout).toBe("");
  return stderr;
}

const TESTED = ["client", "onnxruntime", "server", "stories", "tour", "transformers", "workers"];

it("every file in examples/ is one that is tested here and described in its README.md", () => {
  const page = readFileSync("examples/README.md", "utf8");
  const files = readdirSync("examples").filter((file) => /\.[cm]?[jt]s$/.test(file));
  expect(files).toEqual(TESTED.map((name) => `${name}.mjs`));
  for (const name of [...files, "vite-worker"]) expect(page).toContain(name);
});

describe("tour.mjs", () => {
  it("tells all chapters, in order", () => {
    const text = printed("tour.mjs");
    const sections = [...text.matchAll(/^(\d+)\. (.+)$/gm)];
    expect(sections.map(([, number]) => Number(number))).toEqual(Array.from({ length: 14 }, (_, i) => i + 1));
    expect(text).toMatch(/^ {2}softmax +0\.0900 +0\.2447 +0\.6652 +1\.0000$/m);
    expect(text).toContain("Once upon a time, there was a little girl named Lily.");
    expect(text).toMatch(/^ {2}worst \|sum of a row - 1\| +\d\.\de-[78] /m);
    expect(text).toMatch(/^ {2}hardmax +\d+\.\d{3} +\d+\.\d{3} +\d+\.\d{3} /m); // ns a float
    expect(text).not.toContain("undefined");
  });

  it("tells the chapters that are named, with words instead of token numbers", () => {
    const text = printed("tour.mjs", ["sampling", "temperature"]);
    const titles = [...text.matchAll(/^\d+\. (.+)$/gm)].map(([, title]) => title);
    expect(titles).toEqual(['The next token after "One day, she saw a big, red ball"', "Temperature"]);
    expect(text).toMatch(/^ {2}" with" +10\.375 +-1\.8770 +0\.1530 /m);
  });

  it("lists the chapters where a name is none of them", () => {
    const said = refusal("tour.mjs", ["nosuch"]);
    expect(said).toContain('no chapter "nosuch"');
    for (const name of ["softmax", "attention", "sampling", "speed"])
      expect(said).toMatch(new RegExp(`^ {2}${name} `, "m"));
    refusal("tour.mjs", ["toString"]);
  });
});

it("transformers.mjs draws what the wrapped library would, and topP keeps fewer tokens the smaller it is", () => {
  const text = printed("transformers.mjs");
  expect(text).toMatch(/^softmax\(Float32Array\) +Float32Array +0\.65900/m);
  const drawn = [...text.matchAll(/^ +\d+ +probability (\S+) among those drawn from +log-probability (\S+) /gm)];
  expect(drawn.length).toBe(6);
  for (const [, prob, logProb] of drawn) expect(Number(prob)).toBeGreaterThanOrEqual(Math.exp(Number(logProb)) - 1e-3);
  const distinct = [...text.matchAll(/^ {2}top_p \S+ +(\d+)$/gm)].map(([, n]) => Number(n));
  expect(distinct.length).toBe(4);
  expect(distinct).toEqual(distinct.toSorted((a, b) => b - a));
  expect(distinct[0]).toBeGreaterThan(10 * distinct[3]);
});

it("workers.mjs merges what two workers found", () => {
  const [, off] = /differ by at most (\S+);/.exec(printed("workers.mjs"));
  expect(Number(off)).toBeLessThan(2e-6);
});

describe("stories.mjs", () => {
  const folder = resolve(process.env.STORIES_DIR ?? "");
  const missing = !existsSync(join(folder, "stories260K.bin"));

  it("tells the reference program's story", (context) => {
    if (missing)
      context.skip("STORIES_DIR names no folder with stories260K.bin, tok512.bin and stories260K-greedy.txt");
    const story = readFileSync(join(folder, "stories260K-greedy.txt"), "utf8");
    expect(printed("stories.mjs", [], { STORIES_DIR: folder })).toBe(story);
  });

  it("says what it needs", () => {
    expect(refusal("stories.mjs")).toMatch(/^stories\.mjs needs a trained model and its tokenizer, .+\n\nusage: /);
    expect(refusal("stories.mjs", ["nosuch.bin", "nosuch.bin"])).toContain("no such file");
    expect(refusal("stories.mjs", ["package.json", "package.json"])).toContain("no llama2.c checkpoint");
    expect(refusal("stories.mjs", ["--colour", "red"])).toContain("'--colour'");
  });
});

/** client.mjs found everything right. */
function expectRight(text) {
  const lines = text.split("\n").filter((line) => /^(right|WRONG)/.test(line));
  expect(lines.length, text).toBe(7);
  expect(lines.filter((line) => line.startsWith("WRONG"))).toEqual([]);
  expect(text).toMatch(/^right {2}\d+ sessions fit; the next one is refused with 503: no memory for another session/m);
  const [, a] = /^text A after [\d ]+: +(.+)$/m.exec(text);
  expect(new Set(a.split(" ")).size, "different tokens").toBeGreaterThan(5);
}

/** Starts server.mjs on a free port. @returns its address, once it listens */
async function started() {
  const server = spawn(process.execPath, ["examples/server.mjs", "--port", "0", "--heap", "2"], { cwd: project });
  onTestFinished(() => {
    server.kill();
  });
  let said = "";
  return new Promise((resolve, reject) => {
    server.stdout.on("data", (data) => {
      said += data;
      const address = said.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
      if (address !== undefined) resolve(address);
    });
    server.stderr.on("data", (data) => {
      said += data;
    });
    server.once("exit", (status) => reject(new Error(`server.mjs ended with ${status}\n${said}`)));
  });
}

describe("server.mjs and client.mjs", () => {
  it("client.mjs starts a server of its own, and finds it right", () => {
    expectRight(printed("client.mjs"));
  });

  it("server.mjs is right in another process, and refuses what cannot be", async () => {
    const address = await started();
    expectRight(printed("client.mjs", [address]));

    const post = (path, body) => fetch(address + path, { method: "POST", body });
    const { id } = await (await post("/sessions")).json();
    const tokens = `/sessions/${id}/tokens`;
    const refused = async (status, response, error) => {
      expect(response.status).toBe(status);
      expect((await response.json()).error).toMatch(error);
    };
    await refused(400, await post(tokens, "[1"), /not JSON/);
    await refused(400, await post(tokens, "7"), /must be an object/);
    await refused(400, await post(tokens, '{ "tokens": [1, 256] }'), /from 0 to 255/);
    await refused(400, await post(tokens, '{ "tokens": [1], "topk": 3 }'), /topK/);
    await refused(
      400,
      await post(tokens, JSON.stringify({ tokens: new Array(129).fill(1) })),
      /128 positions are left/,
    );
    await refused(400, await post("/sessions", '{ "seed": "x" }'), /"seed"/);
    await refused(404, await post("/sessions/nosuch/tokens", "{}"), /no session nosuch/);
    await refused(404, await fetch(`${address}/nosuch`), /nothing is at/);
    await refused(405, await fetch(`${address}/sessions`), /does not take GET/);
    await refused(413, await post(tokens, " ".repeat(2 ** 20 + 1)), /at most/);

    const { length } = await (await post(tokens, JSON.stringify({ tokens: new Array(128).fill(1) }))).json();
    expect(length).toBe(128);
    await refused(400, await post(tokens, '{ "tokens": [1] }'), /0 positions are left/);
  });

  it("they say what they need", () => {
    expect(refusal("server.mjs", ["nosuch.bin"])).toContain("no such file");
    expect(refusal("server.mjs", ["package.json"])).toContain("no llama2.c checkpoint");
    expect(refusal("server.mjs", ["--port", "70000"])).toMatch(/^server\.mjs: .*port/);
    expect(refusal("server.mjs", ["--heap", "0"])).toContain('"heapBytes"');
  });

  it("client.mjs says where no server is", async () => {
    const address = await started();
    const port = Number(address.split(":").at(-1));
    const taken = refusal("server.mjs", ["--port", String(port)]);
    expect(taken).toContain("EADDRINUSE");
    expect(refusal("client.mjs", ["not an address"])).toMatch(/^client\.mjs: .+ Start a server first/);
  });
});

describe("onnxruntime.mjs", () => {
  it("draws the same words from float32 and float16 logits", () => {
    const own = projectWith("onnxruntime", { "onnxruntime-web": "1.30.0" });
    const text = execute(process.execPath, ["examples/onnxruntime.mjs"], own).stdout;
    expect(text).toMatch(/^ {2}dog +0\.3846\n {2}cat +0\.3077$/m); // 5 and 4 of the 13 words that follow "the"
    const [from32, from16] = text.match(/^ {2}the (\S+ ){28}\S+$/gm);
    expect(from16).toBe(from32);
    expect(new Set(from32.split(" ")).size, "different words").toBeGreaterThan(5);
    if (text.includes("come as Uint16Array")) expect(text).toContain("float16 bits? widen them");
    else expect(text).toContain("come as Float16Array");
  });

  it("says what it needs", () => {
    expect(refusal("onnxruntime.mjs")).toBe(
      "onnxruntime.mjs needs onnxruntime-web: npm install --no-save onnxruntime-web\n",
    );
  });

  it("reads all float16 there are", async () => {
    const { float32From } = await import(pathToFileURL(join(project, "examples/onnx/float16.mjs")).href);
    const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
    // the same bits in the places of a float32, whose exponent is biased by 112 more
    const widened = new Float32Array(Uint32Array.from(bits, (b) => ((b & 0x8000) << 16) | ((b & 0x7fff) << 13)).buffer);
    const finite = (b) => (b & 0x7c00) !== 0x7c00;
    const expected = widened.map((x, b) =>
      finite(b) ? x * 2 ** 112 : b & 1023 ? Number.NaN : x < 0 ? -Infinity : Infinity,
    );
    expect(float32From(bits)).toEqual(expected);
  });
});

describe("vite-worker/", () => {
  const { devDependencies } = JSON.parse(readFileSync("examples/vite-worker/package.json", "utf8"));
  let folder;
  let said;
  beforeAll(() => {
    const own = projectWith("vite-worker", devDependencies);
    const page = join(own, "examples/vite-worker");
    const run = (program, ...args) => execute(process.execPath, [join(own, "../node_modules", program), ...args], page);
    run("typescript/bin/tsc");
    const { stdout, stderr } = run("vite/bin/vite.js", "build");
    said = stdout + stderr;
    folder = join(page, "dist");
  });

  it("is checked by TypeScript and built by Vite, the package in the worker alone", () => {
    expect(said, "what Vite says").not.toMatch(/warn/i);
    const scripts = readdirSync(join(folder, "assets")).filter((file) => file.endsWith(".js"));
    expect(scripts.map((file) => file.split("-")[0]).sort()).toEqual(["index", "worker"]);
    const withPackage = scripts.filter((file) => /entmax15/.test(readFileSync(join(folder, "assets", file), "utf8")));
    expect(withPackage.map((file) => file.split("-")[0])).toEqual(["worker"]);
  });

  it("shows in Chromium what the worker computed", async (context) => {
    let executablePath;
    try {
      [executablePath] = findBrowser("Chromium");
    } catch (error) {
      context.skip(error.message);
    }
    const browser = await chromium.launch({ executablePath, headless: true, args: CHROMIUM });
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    const errors = [];
    page.on("console", (message) => errors.push(message.text()));
    page.on("pageerror", (error) => errors.push(String(error)));
    // the files of the folder, as a server would give them
    await page.route("http://example.test/**", (route) => {
      const { pathname } = new URL(route.request().url());
      return route.fulfill({ path: join(folder, pathname === "/" ? "index.html" : pathname) });
    });
    const rows = () => page.locator("#rows tr").allInnerTexts();
    await page.goto("http://example.test/");
    await expect
      .poll(rows)
      .toEqual(expect.arrayContaining([expect.stringMatching(/^2\s+0\.3772\s+0\.5682\s+0\.7000$/)]));
    expect((await rows()).length).toBe(8);
    expect(page.workers().length).toBe(1);
    expect(await page.innerText("#backend")).toMatch(/"(wasm-relaxed|wasm)"/);

    await page.fill("#logits", "1, 2, 3");
    await expect
      .poll(rows)
      .toEqual([
        expect.stringMatching(/^1\s+0\.0900\s+0\s+0$/),
        expect.stringMatching(/^2\s+0\.2447\s+0\.1693\s+0$/),
        expect.stringMatching(/^3\s+0\.6652\s+0\.8307\s+1\.0000$/),
      ]);
    await page.fill("#temperature", "0");
    await expect
      .poll(rows)
      .toEqual([
        expect.stringMatching(/^1(\s+0){3}$/),
        expect.stringMatching(/^2(\s+0){3}$/),
        expect.stringMatching(/^3(\s+1\.0000){3}$/),
      ]);
    await page.fill("#logits", "1, two");
    await expect.poll(() => page.innerText("#complaint")).toContain("Logits are numbers");
    expect(errors).toEqual([]);
  });
});
