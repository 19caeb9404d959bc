// The playground, built, served and opened as somebody would, with what it logs and asks the network for.
import { mkdtempSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, inject, onTestFinished } from "vitest";
import { execute } from "../../../scripts/execute.mjs";
import { serve } from "../serve.mjs";

/** Deep in a site: the page must not care. */
const PLACE = "/some/where/deep/";

export const VIEWS = ["distribution", "attention", "token", "speed", "story"];

/** The package as it was packed: what the page shows is compared with it. */
export const library = () => {
  const installed = join(inject("project"), "node_modules/softmax-wasm/dist/index.js");
  return import(pathToFileURL(installed).href);
};

/** @returns the folder, and where it is served */
export async function builtPlayground(headers = {}) {
  const folder = mkdtempSync(join(dirname(inject("project")), "playground-"));
  execute(process.execPath, ["scripts/playground.mjs", folder]);
  const { address, stop } = await serve(folder, { [PLACE]: {}, ...headers });
  return { folder, address: `${address}${PLACE}index.html`, origin: address, stop };
}

/** Opens a page in a context of its own. A console message of any kind fails the test. */
export async function open(browser, address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  // what is copied is kept where the test can read it
  await context.addInitScript(() => {
    if (navigator.clipboard) {
      navigator.clipboard.writeText = async (text) => {
        window.copied = text;
      };
    }
    // and how many workers there are that nobody ended
    window.working = 0;
    window.Worker = class extends Worker {
      #ended = false;
      constructor(...args) {
        super(...args);
        window.working++;
      }
      terminate() {
        if (!this.#ended) window.working--;
        this.#ended = true;
        super.terminate();
      }
    };
  });
  const page = await context.newPage();
  const complaints = [];
  const requests = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => requests.push(request.url()));
  onTestFinished(async () => {
    await context.close();
    if (!options.mayComplain) expect(complaints, "what the page logged").toEqual([]);
  });
  await page.goto(address);
  await page.waitForSelector("article h2");
  return { page, context, requests, complaints };
}

/** A number as the page writes it. */
export function numberIn(text) {
  const plain = text.trim().replace("−", "-").replace("∞", "Infinity");
  expect(plain).toMatch(/^-?(NaN|Infinity|[\d.]+(e[+-]?\d+)?)$/);
  return Number(plain);
}

/** The texts of a table's body, a list a row. */
export const cellsOf = (page, selector, within = "th, td") =>
  page.$$eval(
    `${selector} tbody tr`,
    (rows, within) => rows.map((row) => [...row.querySelectorAll(within)].map((cell) => cell.textContent ?? "")),
    within,
  );

export const setRange = (page, name, value) => page.locator(`input[name=${name}]`).fill(String(value));

/** What three lines of the page compute, where a stranger runs them. `given` is what the lines take for granted. */
export async function run(lines, given = {}) {
  const [imports, ...rest] = lines.split("\n");
  const [, names] = /^import \{ (.+) \} from "softmax-wasm";$/.exec(imports) ?? [];
  expect(rest.length, `three lines: ${lines}`).toBe(2);
  const last = rest.pop().replace(/;( \/\/ .*)?$/, "");
  const program = new Function(
    "library",
    ...Object.keys(given),
    `const { ${names} } = library; ${rest}\nreturn ${last};`,
  );
  return program(await library(), ...Object.values(given));
}

/** As four decimals show it, or two digits of a small number. */
export function expectShown(shown, values, absolute = 6e-5) {
  expect(shown.length).toBe(values.length);
  shown.forEach((text, i) => {
    const number = numberIn(text);
    const right =
      Object.is(number, values[i]) ||
      Math.abs(number - values[i]) <= Math.max(absolute * (values[i] < 5e-5 ? 0.1 : 1), 0);
    if (!right) throw new Error(`[${i}] shows ${text}, the library says ${values[i]}`);
  });
}
