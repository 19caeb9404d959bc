/** The page around the views: links, keyboard, backend, what it loads, what it does without a network, and how it is laid out. */
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { library, open, setRange, VIEWS } from "./built.mjs";

/** Where screenshots go, to be looked at. */
const FOLDER = ".cache/playground-screens";

/** Widths and schemes, and those that axe judges: contrast depends on the scheme, what is hidden on the width. */
const SCREENS = [
  [360, "light", true],
  [360, "dark", false],
  [1280, "light", false],
  [1280, "dark", true],
];

/** gzipped, of everything that is loaded but the story's logits. */
const LOADED_BYTES = 104 * 1024;

/** Browsers call 0.1 good. */
const SHIFT = 0.02;

/** Changes of each view, and what must be there again when the link is opened. */
const CHANGES = {
  distribution: (page) => page.fill("[name=scores]", "1, 2.5, -3"),
  attention: (page) => page.fill("[name=text]", "one & two = #3"),
  token: (page) => setRange(page, "topK", 5),
  speed: (page) => page.selectOption("[name=work]", "attention"),
  story: (page) => setRange(page, "temperature", 0.7),
};

/** All that the controls of a view say. */
const controls = (page) =>
  page.$$eval(".controls [name]", (all) => all.map((c) => `${c.name} ${c.type === "checkbox" ? c.checked : c.value}`));

export function pageTests(site) {
  it("has links that restore a view, lines to copy, and remembers views that were left", async () => {
    const { page } = await open(site.browser, site.address);
    const { page: other } = await open(site.browser, site.address); // a window of its own: one behind another is slow
    for (const view of VIEWS) {
      await page.locator(`nav a[href^="#${view}"]`).click();
      await page.waitForSelector(`article.${view}`);
      const before = await controls(page);
      await CHANGES[view](page);
      await page.getByRole("button", { name: "Copy link" }).first().click();
      const link = await page.evaluate(() => window.copied);
      await expect.poll(() => page.url()).toBe(link);
      const changed = await controls(page);
      expect(changed).not.toEqual(before);
      await other.goto("about:blank");
      await other.goto(link);
      await other.waitForSelector("article h2");
      expect(await controls(other)).toEqual(changed);
      await page.getByRole("button", { name: "Copy code" }).first().click();
      expect(await page.evaluate(() => window.copied)).toBe(await page.locator(".code code").first().innerText());
    }
    for (const view of VIEWS) {
      await page.locator(`nav a[href^="#${view}"]`).click();
      await page.waitForSelector(`article.${view}`);
      await other.goto("about:blank");
      await other.goto(page.url());
      await other.waitForSelector(`article.${view}`);
      expect(await controls(page)).toEqual(await controls(other));
      expect(page.url()).toContain("?");
    }
  });

  it("is used by keyboard alone", async () => {
    const { page } = await open(site.browser, site.address);
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
    const seen = [];
    for (let i = 0; i < 8; i++) {
      await page.keyboard.press("Tab");
      seen.push(await focused());
    }
    expect(seen[0]).toBe("Skip to the view");
    const address = page.url();
    await page.locator(".skip").focus();
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("view");
    expect(page.url()).toBe(address);
    expect(seen).toEqual(expect.arrayContaining(["Distribution", "Attention", "Next token", "Speed", "Story"]));
    await page.getByRole("link", { name: "Attention" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector("article.attention");
    expect(await page.getByRole("link", { name: "Attention" }).getAttribute("aria-current")).toBe("page");
    expect(await page.title()).toMatch(/^Attention/);
    await page.getByRole("switch", { name: "Causal" }).focus();
    await page.keyboard.press("Space");
    expect(await page.getByRole("switch", { name: "Causal" }).isChecked()).toBe(false);
  });

  it("says which backend runs and why", async () => {
    const { page } = await open(site.browser, site.address);
    const [, runs] =
      /^runs on (wasm-relaxed|wasm): (relaxed SIMD is|no relaxed SIMD) here$/.exec(
        (await page.innerText("#backend summary")).trim(),
      ) ?? [];
    expect(runs).toBeDefined();
    await page.click("#backend summary");
    expect(await page.innerText("#backend .runs")).toContain("the first of the three that this browser has");
    expect(await page.locator("#backend li").count()).toBe(3);
  });

  it("runs where a policy forbids WebAssembly, and says so", async () => {
    const address = site.address.replace("/some/where/deep/", "/strict/");
    const { page } = await open(site.browser, address, { mayComplain: true }); // the browser reports what it forbade
    expect((await page.innerText("#backend summary")).trim()).toBe("runs on js: no WebAssembly here");
    await page.click("#backend summary");
    expect(await page.innerText("#backend")).toMatch(/not here: .*(CSP|Content Security Policy)/i);
    const { softmax } = await library();
    const shown = await page.locator(".shares tbody tr:first-child .value").nth(1).innerText();
    expect(Number(shown)).toBeCloseTo(softmax([2, 1.6, 1.2, 0.5, 0.1, -0.4, -1, -2])[0], 3);
  });

  it("loads little, from any path, and works on without a network", async () => {
    const { page, context, requests } = await open(site.browser, site.address);
    await page.waitForLoadState("networkidle");
    const loaded = requests.filter((url) => url.startsWith("http"));
    expect(
      loaded.every((url) => url.startsWith(site.address.replace("index.html", ""))),
      `${loaded}`,
    ).toBe(true);
    const files = loaded.map((url) => new URL(url).pathname.replace("/some/where/deep/", ""));
    const weighed = files.filter((file) => !file.endsWith(".f32"));
    const bytes = weighed.map((file) => gzipSync(readFileSync(join(site.folder, file)), { level: 9 }).length);
    console.log(`${site.name} loads ${weighed.map((file, i) => `${file}: ${bytes[i]}`).join(", ")} bytes with gzip`);
    expect(files.length, "the page, the logits, their words").toBe(3);
    expect(bytes.reduce((a, b) => a + b)).toBeLessThan(LOADED_BYTES);

    await context.setOffline(true);
    for (const view of VIEWS) {
      await page.locator(`nav a[href^="#${view}"]`).click();
      await page.waitForSelector(`article.${view}`);
    }
    await page.getByRole("button", { name: "Take random weights" }).click();
    await page.getByRole("button", { name: "Write" }).click();
    await expect.poll(() => page.innerText(".story .verdict")).toMatch(/^\d+ tokens/);
    await page.getByRole("link", { name: "Next token" }).click();
    await page.waitForSelector(".candidates [data-token]");
    await page.getByRole("link", { name: "Speed" }).click();
    await page.click("[name=pool]"); // it has a file of its own
    await page.getByRole("button", { name: "Start" }).click();
    await expect.poll(() => page.locator(".race .ratio").first().innerText()).toBe("1.00×");
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect.poll(() => page.innerText(".speed .verdict")).toBe("Cancelled.");
    expect(requests.filter((url) => url.startsWith("http")).length, "requests").toBe(loaded.length);
  });
}

/** Of one browser's layout engine; the others have no layout-shift entries. */
export function layoutTests(site) {
  it.each(VIEWS)("%s: axe finds nothing serious, and a picture of each width and scheme", async (view) => {
    mkdirSync(FOLDER, { recursive: true });
    const { page } = await open(site.browser, `${site.address}#${view}`);
    if (view === "token") await page.waitForSelector(".candidates [data-token]");
    await page.evaluate(readFileSync(".cache/playground/node_modules/axe-core/axe.min.js", "utf8")); // there once the page is built
    for (const [width, colorScheme, judged] of SCREENS) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${FOLDER}/${view}-${width}-${colorScheme}.png`, fullPage: true });
      if (!judged) continue;
      await page.click("#backend summary"); // what it opens is judged too
      const { violations } = await page.evaluate(() => window.axe.run());
      await page.click("#backend summary");
      const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      const found = serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
      expect(found, `${view} ${width} ${colorScheme}`).toEqual([]);
    }
    expect(readdirSync(FOLDER).filter((file) => file.startsWith(`${view}-`)).length).toBe(4);
  });

  it.each(VIEWS)("%s: nothing shifts while it loads, is resized or used, and nothing is too wide", async (view) => {
    const { page } = await open(site.browser, `${site.address}#${view}`);
    await page.waitForLoadState("networkidle");
    await page.evaluate(() => {
      window.shifts = [];
      window.observer = new PerformanceObserver((list) => window.shifts.push(...list.getEntries()));
      window.observer.observe({ type: "layout-shift", buffered: true });
    });
    /** The part of the screen that moved by itself, times how far it did. */
    const shifted = () =>
      page.evaluate(async () => {
        for (let i = 0; i < 2; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
        window.shifts.push(...window.observer.takeRecords()); // those that the observer was not told of yet
        const sum = window.shifts.reduce((sum, { value }) => sum + value, 0);
        window.shifts = [];
        return sum;
      });
    expect(await shifted(), "while it loaded").toBeLessThan(SHIFT);
    for (const width of [360, 480, 768, 960, 1280, 1920]) {
      await page.setViewportSize({ width, height: 800 });
      await page.waitForFunction((width) => innerWidth === width, width);
      await shifted(); // what a new width moves is no shift: everything is laid out anew
      const beyond = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(beyond, `too wide at ${width}`).toBeLessThanOrEqual(0);
      await page.waitForTimeout(60);
      expect(await shifted(), `after a resize to ${width}`).toBeLessThan(SHIFT);
      for (const range of await page.locator("input[type=range][name]").all()) {
        for (const end of ["max", "min"]) await range.fill(await range.getAttribute(end));
      }
      expect(await shifted(), `while controls were used at ${width}`).toBeLessThan(SHIFT);
    }
  });
}
