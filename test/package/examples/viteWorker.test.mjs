/** The page with a worker: built by Vite, opened in Chromium. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { CHROMIUM, findBrowser } from "../../../scripts/browsers.mjs";
import { execute } from "../../../scripts/execute.mjs";
import { projectWith } from "./run.mjs";

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
