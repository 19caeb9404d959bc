/** Speed: every contender ends with a time and with a result that float64 agrees with. No test asserts a time. */
import { expect, it } from "vitest";
import { open, run } from "./built.mjs";

const OWN = ["plain", "js", "wasm", "wasm-relaxed"];

/**
 * The pool is a worker that starts workers. While a driver is connected, Firefox let 5 of 80 starts of such a worker hang; of 360 without a
 * driver none hung. There undriven.mjs has the pool run.
 */
const drivesPools = (site) => site.name !== "Firefox";
const contendersOf = (site) => (drivesPools(site) ? [...OWN, "pool"] : OWN);
const addressOf = (site, fields) => `${site.address}#speed?${fields}${drivesPools(site) ? "" : "&pool=0"}`;

async function raced(page) {
  await page.getByRole("button", { name: "Start" }).click();
  await page.waitForFunction(() => document.querySelector(".speed .verdict").textContent === "Done.", null, {
    timeout: 60_000,
  });
  return page.$$eval(".race tbody tr", (rows) =>
    rows.map((row) => ({
      id: row.dataset.contender,
      cells: [...row.querySelectorAll("td")].map((cell) => cell.textContent),
      shown: row.innerText,
    })),
  );
}

function expectTimes(rows, ids) {
  expect(rows.map(({ id }) => id)).toEqual(ids);
  for (const { cells } of rows) {
    expect(Number(cells[0])).toBeGreaterThan(0);
    expect(cells[1]).toMatch(/^[\d.]+×$/);
  }
  expect(rows[0].cells[1]).toBe("1.00×");
}

export function speedTests(site) {
  it("times softmax, beside TensorFlow.js where asked to, and copies Markdown", async () => {
    const contenders = contendersOf(site);
    const { page, requests } = await open(site.browser, addressOf(site, "size=small"));
    expectTimes(await raced(page), contenders);
    expect(requests.filter((url) => /tensorflow|tfjs/.test(url))).toEqual([]);
    await page.click("[name=tensorflow]");
    const rows = await raced(page);
    expectTimes(rows, [...contenders, "tensorflow"]);
    for (const { cells } of rows) expect(Number(cells[2])).toBeLessThan(1e-6);
    expect(requests.filter((url) => /tensorflow|tfjs/.test(url)).length).toBeGreaterThan(1);

    await page.getByRole("button", { name: "Copy as Markdown" }).click();
    const lines = (await page.evaluate(() => window.copied)).trim().split("\n");
    expect(lines[0]).toBe("softmax of 1000 floats");
    expect(lines.slice(4, 4 + rows.length).map((line) => line.split(" | ").length)).toEqual(rows.map(() => 5));
    rows.forEach(({ cells }, i) => expect(lines[4 + i]).toContain(` | ${cells[0]} | `));
    expect(lines.at(-1)).toMatch(/^\d{4}-\d\d-\d\d, \d+ cores, Mozilla/);
  });

  it("times a draw and attention, and says where TensorFlow.js has no such function", async () => {
    const contenders = contendersOf(site);
    const { page } = await open(site.browser, addressOf(site, "work=sample&size=small&tensorflow=1"));
    const draws = await raced(page);
    const own = draws.slice(0, -1);
    expectTimes(own, contenders);
    expect(own.map(({ cells }) => cells[2])).toEqual(contenders.map(() => "same token"));
    expect(draws.at(-1).shown).toContain("no function that draws");
    await page.selectOption("[name=work]", "attention");
    const rows = await raced(page);
    expectTimes(rows, [...contenders, "tensorflow"]);
    for (const { cells } of rows) expect(Number(cells[2])).toBeLessThan(1e-5);
  });

  it("is cancelled, by its button and by another choice", async () => {
    const { page } = await open(site.browser, addressOf(site, "work=attention&size=large"));
    await page.getByRole("button", { name: "Start" }).click();
    expect(await page.getByRole("button", { name: "Start" }).isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect.poll(() => page.innerText(".speed .verdict")).toBe("Cancelled.");
    expect(await page.getByRole("button", { name: "Cancel" }).isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Start" }).click();
    await page.selectOption("[name=work]", "softmax");
    expect(await page.innerText(".race caption")).toBe("softmax of 151936 floats");
    expect(await page.getByRole("button", { name: "Start" }).isDisabled()).toBe(false);
    await expect.poll(() => page.evaluate(() => window.working)).toBe(0);
    await page.selectOption("[name=size]", "medium");
    const x = Float32Array.of(1, 2);
    expect([...(await run(await page.innerText(".code code"), { x }))]).toEqual([...x]);
  });
}
