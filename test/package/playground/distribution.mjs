/** Distribution: what the page shows against what the library gives, in each browser. */
import { expect, it } from "vitest";
import { cellsOf, expectShown, library, numberIn, open, run, setRange } from "./built.mjs";

const KINDS = ["softmax", "entmax", "sparsemax", "hardmax"];
const shown = async (page) => {
  const rows = await cellsOf(page, ".shares", ".value");
  return {
    scores: rows.map(([score]) => numberIn(score)),
    columns: KINDS.map((_, k) => rows.map((row) => row[k + 1])),
  };
};

async function expectShares(page, scores, temperature, alpha) {
  const { softmax, entmax, sparsemax, hardmax } = await library();
  const x = Float32Array.from(scores);
  const got = await shown(page);
  expect(got.scores).toEqual(scores);
  const values = [
    softmax(x, { temperature }),
    entmax(x, { alpha, temperature }),
    sparsemax(x, { temperature }),
    hardmax(x),
  ];
  values.forEach((y, k) => expectShown(got.columns[k], [...y]));
  const feet = await page.locator(".shares tfoot td span:first-child").allInnerTexts();
  expect(feet).toEqual(values.map((y) => `${y.filter((p) => p > 0).length} of ${y.length}`));
  const lines = await page.locator(".code code").first().innerText();
  expect((await run(lines)).map((y) => [...y])).toEqual(values.map((y) => [...y]));
}

export function distributionTests(site) {
  it("shows the shares of typed scores, at a temperature, at an alpha", async () => {
    const { page } = await open(site.browser, `${site.address}#distribution`);
    await expectShares(page, [2, 1.6, 1.2, 0.5, 0.1, -0.4, -1, -2], 1, 1.5);
    await page.fill("[name=scores]", "3; 1 0.25,-1e1");
    await expectShares(page, [3, 1, 0.25, -10], 1, 1.5);
    for (const temperature of [0, 0.5, 5]) {
      await setRange(page, "temperature", temperature);
      await expectShares(page, [3, 1, 0.25, -10], temperature, 1.5);
    }
    for (const alpha of [1, 1.25, 2]) {
      await setRange(page, "alpha", alpha);
      await expectShares(page, [3, 1, 0.25, -10], 5, alpha);
    }
  });

  it("takes a score by dragging and by keys, and complains of words", async () => {
    const { page } = await open(site.browser, `${site.address}#distribution?scores=1,0,0`);
    const first = page.getByRole("slider", { name: "Score 1" });
    await first.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expectShares(page, [1.2, 0, 0], 1, 1.5);
    const { x, y, width, height } = await page.getByRole("slider", { name: "Score 2" }).boundingBox();
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + 0.7 * width, y + height / 2, { steps: 4 });
    await page.mouse.move(x + 0.9 * width, y + height / 2, { steps: 4 });
    await page.mouse.up();
    const { scores } = await shown(page);
    expect(scores[1]).toBeGreaterThan(3);
    expect(scores[1]).toBeLessThan(5);
    await expectShares(page, scores, 1, 1.5);
    expect((await page.inputValue("[name=scores]")).split(", ").map(Number)).toEqual(scores);

    await page.fill("[name=scores]", "1, two");
    expect(await page.getByRole("alert").first().innerText()).toContain("1 to 12 numbers");
    await expectShares(page, scores, 1, 1.5);
    await page.fill("[name=scores]", "1, 2");
    expect(await page.getByRole("alert").first().innerText()).toBe("");
    await expectShares(page, [1, 2], 1, 1.5);
  });

  it("shows the naive form overflow, and log-softmax where the logarithm of softmax is lost", async () => {
    const { softmax, logSoftmax } = await library();
    const scores = [2, 1, -1.5];
    const { page } = await open(site.browser, `${site.address}#distribution?scores=${scores}`);
    const [overflow, logarithms] = [page.locator(".part").first(), page.locator(".part").last()];
    const columns = async (table) => {
      const rows = await cellsOf(page, `.part:nth-of-type(${table}) .numbers`);
      return rows[0].map((_, c) => rows.map((row) => row[c]));
    };
    for (const add of [0, 60, 120]) {
      await setRange(page, "add", add);
      const x = Float32Array.from(scores, (s) => s + add);
      const [, exp, naive, , stable] = await columns(2);
      expectShown(stable, [...softmax(x)]);
      const broken = add === 120;
      expect(exp.map(numberIn).every((e) => (e === Infinity) === broken)).toBe(true);
      if (broken) expect(naive).toEqual(["NaN", "NaN", "NaN"]);
      else expectShown(naive, [...softmax(x)]);
      expect(await overflow.locator(".verdict").innerText()).toContain(broken ? "are wrong" : "agree");
      expect([...(await run(await overflow.locator("code").innerText()))]).toEqual([...softmax(x)]);
    }
    for (const times of [1, 60]) {
      await setRange(page, "times", times);
      const x = Float32Array.from(scores, (s) => s * times);
      const [, , naive, exact] = await columns(3);
      expectShown(exact, [...logSoftmax(x)]);
      expectShown(naive, [...softmax(x)].map(Math.log));
      expect(naive.includes("−∞")).toBe(times === 60);
      expect(await logarithms.locator(".verdict").innerText()).toContain(times === 60 ? "is lost" : "at most");
      expect([...(await run(await logarithms.locator("code").innerText()))]).toEqual([...logSoftmax(x)]);
    }
  });
}
