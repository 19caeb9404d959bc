/** Story: what the worker writes is what the same model writes here. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { Llama } from "../../../examples/llama/llama.mjs";
import { randomCheckpoint } from "../../../examples/llama/randomCheckpoint.mjs";
import { Tokenizer } from "../../../examples/llama/tokenizer.mjs";
import { library, open, run, setRange } from "./built.mjs";

const folder = resolve(process.env.STORIES_DIR ?? "");
const real = existsSync(join(folder, "stories260K.bin"));

/** Tokens that spell their numbers. */
function numberTokenizer() {
  const pieces = Array.from({ length: 256 }, (_, token) => Buffer.from(` ${token}`));
  return Buffer.concat([
    Buffer.alloc(4),
    ...pieces.flatMap((piece) => {
      const head = Buffer.alloc(8);
      head.writeInt32LE(piece.length, 4);
      return [head, piece];
    }),
  ]);
}

const file = (buffer, name) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.from(buffer) });

async function written(page) {
  await page.getByRole("button", { name: "Write" }).click();
  await expect.poll(() => page.innerText(".story .verdict")).toMatch(/^\d+ tokens, \d+ a second/);
  return { text: await page.textContent(".page"), said: await page.innerText(".story .verdict") };
}

/** What the example writes, in this process. */
async function told(model, tokenizer, prompt, options) {
  const { createRuntime } = await library();
  const llama = new Llama(model, createRuntime({ heapBytes: 64 << 20 }));
  const pieces = new Tokenizer(tokenizer, llama.vocabulary);
  const tokens = pieces.encode(prompt);
  let before = tokens.at(-1);
  const text = [];
  for (const token of llama.generate(tokens, options)) {
    text.push(Buffer.from(pieces.decode(token, before)));
    before = token;
  }
  return prompt + Buffer.concat(text).toString();
}

export function storyTests(site) {
  it("writes what a picked checkpoint says, with speculative decoding too", async () => {
    const { seeded } = await library();
    const { page } = await open(site.browser, `${site.address}#story?steps=64`);
    const write = page.getByRole("button", { name: "Write" });
    expect(await write.isDisabled()).toBe(true);
    const [model, tokenizer] = [randomCheckpoint(3), numberTokenizer()];
    await page.setInputFiles("[name=model]", file(model, "small.bin"));
    await expect.poll(() => page.innerText(".story .verdict")).toContain("the checkpoint's tokenizer");
    await page.setInputFiles("[name=tokenizer]", file(tokenizer, "tokens.bin"));
    await expect.poll(() => page.innerText(".story .verdict")).toBe("Ready: small.bin.");

    const plain = await written(page);
    expect(plain.text).toBe(await told(model, tokenizer, "", { steps: 64, temperature: 0 }));
    await page.click("[name=speculative]");
    await setRange(page, "draft", 5);
    const speculative = await written(page);
    expect(speculative.text).toBe(plain.text);
    expect(await page.innerText("[data-speculative=false] .value")).toMatch(/^\d+ a second$/);
    expect(await page.innerText("[data-speculative=true] .value")).toMatch(/^\d+ a second$/);
    await page.click("[name=speculative]");

    await page.fill("[name=prompt]", "hi");
    await page.fill("[name=seed]", "5");
    await setRange(page, "temperature", 0.5);
    await setRange(page, "topP", 0.8);
    await setRange(page, "steps", 32);
    const drawn = await written(page);
    const options = { steps: 32, temperature: 0.5, topP: 0.8, random: seeded(5) };
    expect(drawn.text).toBe(await told(model, tokenizer, "hi", options));
    const { sample } = await library();
    const logits = Float32Array.from({ length: 256 }, (_, i) => Math.sin(i));
    const lines = await page.innerText(".code code");
    const { index } = sample(logits, { temperature: 0.5, topP: 0.8, random: seeded(5) });
    expect(await run(lines, { logits })).toBe(index);
  });

  it("says what is wrong with a file, stops, and writes nonsense without one", async () => {
    const { page } = await open(site.browser, `${site.address}#story`);
    await page.setInputFiles("[name=model]", file("no model", "letter.txt"));
    await page.setInputFiles("[name=tokenizer]", file("nor a tokenizer", "letter.txt"));
    await page.getByRole("button", { name: "Write" }).click();
    await expect.poll(() => page.innerText(".story .verdict")).toContain("no llama2.c checkpoint");
    await page.getByRole("button", { name: "Take random weights" }).click();
    const { text } = await written(page);
    expect(text).toMatch(/^[a-z ]{100,}$/);
    // in one task: the worker has no time to end by itself
    await page.evaluate(() => {
      for (const name of ["Write", "Stop"]) {
        [...document.querySelectorAll("button")].find((button) => button.textContent === name).click();
      }
    });
    expect(await page.innerText(".story .verdict")).toBe("Stopped.");
    await expect.poll(() => page.evaluate(() => window.working)).toBe(0);
  });

  it("tells the reference program's story", async (context) => {
    if (!real) context.skip("STORIES_DIR names no folder with stories260K.bin, tok512.bin and stories260K-greedy.txt");
    const { page } = await open(site.browser, `${site.address}#story`);
    await page.setInputFiles("[name=model]", join(folder, "stories260K.bin"));
    await page.setInputFiles("[name=tokenizer]", join(folder, "tok512.bin"));
    const story = readFileSync(join(folder, "stories260K-greedy.txt"), "utf8").trimEnd();
    const plain = await written(page);
    expect(plain.text).toBe(story);
    await page.click("[name=speculative]");
    const { text, said } = await written(page);
    expect(text).toBe(story);
    const [, accepted, drafted] = /; (\d+) of (\d+) proposed tokens accepted\.$/.exec(said);
    expect(Number(accepted)).toBeGreaterThan(30);
    expect(Number(drafted)).toBeGreaterThan(Number(accepted));
  });
}
