/** The page with a pool: built by Vite, opened in Chromium. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { execute } from "../../../scripts/execute.mjs";
import { ISOLATED, launch } from "../launch.mjs";
import { serve } from "../serve.mjs";
import { projectWith } from "./run.mjs";

describe("vite-pool/", () => {
  const { devDependencies } = JSON.parse(readFileSync("examples/vite-pool/package.json", "utf8"));
  let folder;
  beforeAll(() => {
    const own = projectWith("vite-worker", devDependencies); // the same tools
    const page = join(own, "examples/vite-pool");
    const run = (program, ...args) => execute(process.execPath, [join(own, "../node_modules", program), ...args], page);
    run("typescript/bin/tsc");
    const { stdout, stderr } = run("vite/bin/vite.js", "build");
    expect(stdout + stderr, "what Vite says").not.toMatch(/warn/i);
    folder = join(page, "dist");
  });

  it.each([
    ["shared", ISOLATED, /^\d+ at once, on the backend "wasm[\w-]*"; memory is "shared"\.$/],
    ["copied", {}, /memory is "copied": memory cannot be shared here\.$/],
  ])("draws frames while the pool computes, shows progress, and stops: memory is %s", async (_, headers, mode) => {
    const server = await serve(folder, { "/": headers });
    onTestFinished(() => server.stop());
    const browser = await launch("Chromium");
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    const errors = [];
    page.on("console", (message) => errors.push(message.text()));
    page.on("pageerror", (error) => errors.push(String(error)));
    const says = (selector, text) => expect.poll(() => page.innerText(selector)).toMatch(text);
    await page.goto(`${server.address}/index.html`);
    await says("#status", /^Ready\.$/);
    expect(await page.innerText("#mode")).toMatch(mode);

    await page.click("#inPool");
    await says("#status", /^Done in \d+ ms\. Frames drawn meanwhile: [1-9]\d*\.$/);
    expect(await page.getAttribute("#progress", "max")).toBe("1");
    expect(await page.evaluate(() => document.querySelector("#progress").value)).toBe(1);

    await page.click("#here");
    await says("#status", /^Done in \d+ ms\. Frames drawn meanwhile: 0\.$/);
    expect(await page.innerText("#bits")).toBe("Both results have the same bits.");

    // at the first sign of progress, which is a message of a worker's to the page
    await page.evaluate(() => {
      const progress = document.querySelector("#progress");
      const stop = document.querySelector("#stop");
      const look = () => {
        if (progress.value > 0 && progress.value < 1) stop.click();
        else if (document.querySelector("#status").textContent === "Computing.") setTimeout(look, 0);
      };
      document.querySelector("#length").value = "8192";
      document.querySelector("#length").dispatchEvent(new Event("change"));
      document.querySelector("#inPool").click();
      look();
    });
    await says("#status", /^Stopped\.$/);
    await page.selectOption("#length", "1024");
    await page.click("#inPool");
    await says("#status", /^Done in /);
    expect(errors).toEqual([]);
  });
});
