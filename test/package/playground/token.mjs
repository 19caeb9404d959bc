/** Next token: who is left, who is drawn, and how often, against the library on the same logits. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { expectShown, library, open, run, setRange } from "./built.mjs";

const bytes = readFileSync("examples/data/stories-logits.f32");
const logits = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
const words = JSON.parse(readFileSync("examples/data/stories-words.json", "utf8"));
const rowOf = (step) => logits.subarray(step * 512, (step + 1) * 512);
const said = Array.from({ length: 64 }, (_, step) => rowOf(step).indexOf(Math.max(...rowOf(step))));
const visible = (word) => word.replaceAll("\n", "↵").replace(/^ /, "␣");

const shown = (page) =>
  page.$$eval(".candidates tbody tr", (rows) =>
    rows.map((row) => ({
      token: Number(row.dataset.token),
      cells: [...row.children].map((cell) => (cell.querySelector(".value, .word") ?? cell).textContent),
      cut: row.classList.contains("cut"),
      hit: row.classList.contains("hit"),
    })),
  );

async function expectCandidates(page, step, options) {
  const { logProbs, topK, truncate } = await library();
  const row = rowOf(step);
  const { penalties, temperature } = options;
  const given = { ...(penalties && { penalties }), ...(temperature !== undefined && { temperature }) };
  const rows = await shown(page);
  const tokens = [...topK(row, 16, penalties ? { penalties } : {}).indices];
  expect(rows.map(({ token }) => token)).toEqual(tokens);
  expect(rows.map(({ cells }) => cells[0])).toEqual(tokens.map((token) => visible(words[token])));
  expectShown(
    rows.map(({ cells }) => cells[1]),
    [...logProbs(row, tokens, given)].map(Math.exp),
  );
  const { indices, probs } = truncate(row, options);
  const kept = new Map([...indices].map((token, i) => [token, probs[i]]));
  expect(rows.map(({ cut }) => cut)).toEqual(tokens.map((token) => !kept.has(token)));
  const left = rows.filter(({ cut }) => !cut);
  expectShown(
    left.map(({ cells }) => cells[2]),
    left.map(({ token }) => kept.get(token)),
  );
  expect(await page.innerText(".token .verdict")).toMatch(new RegExp(`^${kept.size} tokens? (is|are) left of 512`));
  return rows;
}

export function tokenTests(site) {
  it("shows who survives each option", async () => {
    const { page } = await open(site.browser, `${site.address}#token`);
    await page.waitForSelector(".candidates [data-token]");
    await expectCandidates(page, 43, { topP: 0.9 });
    const after = { topP: 0.9 };
    const set = async (name, value, options) => {
      await setRange(page, name, value);
      Object.assign(after, options);
      return expectCandidates(page, 43, after);
    };
    await set("temperature", 1.5, { temperature: 1.5 });
    const cut = await set("topK", 10, { topK: 10 });
    expect(cut.map(({ cells }) => cells[2]).filter((text) => text === "cut: top-k").length).toBe(6);
    const both = await set("minP", 0.2, { minP: 0.2 });
    expect(both.some(({ cells }) => cells[2] === "cut: min-p")).toBe(true);
    await page.click("[name=last]");
    await expectCandidates(page, 43, { ...after, temperatureLast: true });
    await page.click("[name=last]");
    const penalties = { tokens: said.slice(0, 43), repetition: 1.3, frequency: 0.2, presence: 0.1 };
    for (const name of ["repetition", "frequency", "presence"]) await setRange(page, name, penalties[name]);
    await expectCandidates(page, 43, { ...after, penalties });
    const lines = await page.innerText(".code code");
    const { sample, seeded } = await library();
    expect(await run(lines, { logits: rowOf(43) })).toEqual(
      sample(rowOf(43), { ...after, penalties, random: seeded(7) }),
    );
    await setRange(page, "step", 12);
    await expectCandidates(page, 12, { ...after, penalties: { ...penalties, tokens: said.slice(0, 12) } });
    const story = said
      .slice(0, 12)
      .map((token) => words[token])
      .join("");
    expect(await page.innerText(".told")).toContain(story.trim());
    await setRange(page, "temperature", 0);
    await expectCandidates(page, 12, {
      ...after,
      temperature: 0,
      penalties: { ...penalties, tokens: said.slice(0, 12) },
    });
  });

  it("draws with a seed, on click and a thousand times", async () => {
    const { sample, seeded } = await library();
    const { page } = await open(site.browser, `${site.address}#token?topP=1&temperature=1.2`);
    await page.waitForSelector(".candidates [data-token]");
    const options = { temperature: 1.2 };
    await page.fill("[name=seed]", "11");
    const random = seeded(11);
    for (let draw = 1; draw <= 3; draw++) {
      await page.getByRole("button", { name: "Draw a token" }).click();
      const { index } = sample(rowOf(43), { ...options, random });
      expect(await page.innerText(".drawn")).toContain(`Draw ${draw} of seed 11: “${visible(words[index])}”`);
      const hits = (await shown(page)).filter(({ hit }) => hit).map(({ token }) => token);
      expect(hits.every((token) => token === index)).toBe(true);
    }
    await page.getByRole("button", { name: "Begin again" }).click();
    expect(await page.innerText(".drawn")).toBe("Nothing drawn yet.");
    await page.click("[name=thousand]");
    const again = seeded(11);
    const counts = new Map();
    for (let i = 0; i < 1000; i++) {
      const { index } = sample(rowOf(43), { ...options, random: again });
      counts.set(index, (counts.get(index) ?? 0) + 1);
    }
    const rows = await shown(page);
    expect(rows.map(({ cells }) => Number(cells[3]))).toEqual(rows.map(({ token }) => counts.get(token) ?? 0));
  });
}
