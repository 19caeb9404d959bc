// Chromium and Firefox driven by playwright, as they are installed on this machine.
import { chromium, firefox } from "playwright-core";
import { CHROMIUM, findBrowser } from "../../scripts/browsers.mjs";

/** Headers of pages that may share memory. */
export const ISOLATED = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

const BROWSERS = {
  Chromium: { type: chromium, options: { args: CHROMIUM } },
  Firefox: { type: firefox, options: { channel: "moz-firefox" } }, // an unpatched one
};

export function launch(name) {
  const { type, options } = BROWSERS[name];
  return type.launch({ executablePath: findBrowser(name)[0], headless: true, ...options });
}

/** The reports that a page of hosts/ or bundlers/ shows. @throws {Error} with what the page logged, when it shows none */
export async function reportsOf(browser, address) {
  const page = await browser.newPage();
  const logged = [];
  page.on("console", (message) => logged.push(message.text()));
  page.on("pageerror", (error) => logged.push(`${error}`));
  try {
    await page.goto(address);
    await page.waitForSelector("#report.done", { timeout: 60_000 });
    return JSON.parse(await page.textContent("#report"));
  } catch (error) {
    throw new Error([`${address}: ${error.message}`, ...logged].join("\n"));
  } finally {
    await page.close();
  }
}
