/** Attention: the grid against attention's definition, from the products that the page itself says. */
import { expect, it } from "vitest";
import { cellsOf, library, numberIn, open, run, setRange } from "./built.mjs";

const WORDS = ["a", "dog", "and", "a", "cat"];
const N = WORDS.length;
const PLAIN = "#attention?text=a+dog+and+a+cat&causal=0";

/** The scores before they are scaled: cell by cell, by keyboard. */
async function products(page) {
  const at = [];
  await page.locator(".cell").nth(0).click();
  for (let i = 0; i < N; i++) {
    for (let j = 0; j < N; j++) {
      const said = await page.innerText(".readout");
      expect(said).toContain(`“${WORDS[i]}” looks at “${WORDS[j]}”`);
      at.push(numberIn(/q·k = ([^,]+),/.exec(said)[1]));
      await page.keyboard.press("ArrowRight");
    }
    for (let j = 1; j < N; j++) await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowDown");
  }
  return at;
}

/** Weights in float64, and what a sink takes of each row. */
function expected(scores, { width = 64, root = true, causal = false, window = N, alibi = 0, sink = -Infinity }) {
  return WORDS.map((_, i) => {
    const row = WORDS.map((_, j) =>
      (causal && j > i) || Math.abs(i - j) > window
        ? -Infinity
        : scores[i * N + j] / (root ? Math.sqrt(width) : 1) - alibi * Math.abs(i - j),
    );
    const m = Math.max(...row, sink);
    const sum = [...row, sink].reduce((s, x) => s + Math.exp(x - m), 0);
    return { weights: row.map((x) => Math.exp(x - m) / sum), sunk: Math.exp(sink - m) / sum };
  });
}

async function expectGrid(page, rows) {
  const cells = await cellsOf(page, ".heat", ".cell");
  rows.forEach(({ weights }, i) => {
    weights.forEach((w, j) => {
      const shown = cells[i][j] === "·" ? 0 : Number(cells[i][j]);
      if (!(Math.abs(shown - w) <= 0.006))
        throw new Error(`[${i}, ${j}] shows ${cells[i][j]}, the definition says ${w}`);
      if (w === 0) expect(cells[i][j]).toBe("·");
    });
  });
  const entropies = (await page.locator(".heat .entropy .value").allInnerTexts()).map(Number);
  rows.forEach(({ weights, sunk }, i) => {
    const h = [...weights, sunk].reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
    expect(entropies[i]).toBeCloseTo(h, 1);
  });
}

export function attentionTests(site) {
  it("shows the weights of each option", async () => {
    const { page } = await open(site.browser, `${site.address}${PLAIN}`);
    const scores = await products(page);
    await expectGrid(page, expected(scores, {}));
    const toggled = async (name, options) => {
      await page.locator(`[name=${name}]`).click();
      await expectGrid(page, expected(scores, options));
      await page.locator(`[name=${name}]`).click();
    };
    await toggled("root", { root: false });
    await toggled("causal", { causal: true });
    const slid = async (name, value, off) => {
      await setRange(page, name, value);
      await expectGrid(page, expected(scores, { [name]: value }));
      await setRange(page, name, off);
    };
    await slid("window", 1, 14);
    await slid("alibi", 0.5, 0);
    await slid("sink", 2, -6);
    await setRange(page, "window", 2);
    await setRange(page, "alibi", 0.3);
    await setRange(page, "sink", 1);
    await page.locator("[name=causal]").click();
    await expectGrid(page, expected(scores, { causal: true, window: 2, alibi: 0.3, sink: 1 }));
    await page.locator(".cell").nth(2).hover();
    expect(await page.innerText(".readout")).toBe("“a” looks at “and”: not seen, it comes later (causal).");
    await page.locator(".cell").nth(20).hover();
    expect(await page.innerText(".readout")).toBe("“cat” looks at “a”: not seen, it is 4 away (window).");
  });

  it("widens the vectors, and its lines compute the weights", async () => {
    const { page } = await open(site.browser, `${site.address}${PLAIN}`);
    await page.selectOption("[name=width]", "16");
    const scores = await products(page);
    await expectGrid(page, expected(scores, { width: 16 }));
    // queries and keys that have these products: the products themselves, and unit vectors
    const q = Float32Array.from({ length: N * 16 }, (_, at) =>
      at % 16 < N ? scores[Math.floor(at / 16) * N + (at % 16)] : 0,
    );
    const k = Float32Array.from({ length: N * 16 }, (_, at) => (at % 16 === Math.floor(at / 16) ? 1 : 0));
    await setRange(page, "alibi", 0.5);
    await setRange(page, "sink", 0);
    await setRange(page, "window", 2);
    const { attention } = await library();
    const weights = new Float32Array(N * N);
    const options = { headDim: 16, window: 2, alibi: Float32Array.of(0.5), sinks: Float32Array.of(0), weights };
    const out = attention(q, k, k, options);
    expect([...(await run(await page.innerText(".code code"), { q, k, v: k }))]).toEqual([...out]);
    await expectGrid(page, expected(scores, { width: 16, alibi: 0.5, sink: 0, window: 2 }));
    await page.fill("[name=text]", "");
    expect(await page.innerText(".readout")).toBe("Type some words.");
  });
}
