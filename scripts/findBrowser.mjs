// Chromium and Firefox as this machine has them: installed from Debian's packages where that can be done, never downloaded.
import { existsSync } from "node:fs";
import { chromium, firefox } from "playwright-core";
import { execute } from "./execute.mjs";

const BROWSERS = {
  chromium: {
    type: chromium,
    debian: "chromium",
    variable: "CHROMIUM",
    paths: [
      "/usr/bin/chromium",
      "/usr/bin/chromium-browser",
      "/usr/bin/google-chrome",
      "/Applications/Chromium.app/Contents/MacOS/Chromium",
      "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
      "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    ],
    options: {
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  firefox: {
    type: firefox,
    debian: "firefox-esr",
    variable: "FIREFOX",
    paths: [
      "/usr/bin/firefox-esr",
      "/usr/bin/firefox",
      "/Applications/Firefox.app/Contents/MacOS/firefox",
      "C:\\Program Files\\Mozilla Firefox\\firefox.exe",
    ],
    options: { channel: "moz-firefox" }, // an unpatched Firefox
  },
};

/** @returns the path of its binary  @throws {Error} saying what to install */
export function findBrowser(name) {
  const { paths, debian, variable } = BROWSERS[name];
  const find = () => [process.env[variable], ...paths].find((path) => path && existsSync(path));
  const found = find();
  if (found !== undefined) return found;
  if (existsSync("/usr/bin/apt-get") && process.getuid() === 0) {
    execute("apt-get", ["update", "-qq"]);
    execute("apt-get", ["install", "-y", "-qq", "--no-install-recommends", debian]);
    const installed = find();
    if (installed !== undefined) return installed;
  }
  throw new Error(`no ${name} here: install it (Debian: apt-get install ${debian}), or set ${variable} to its binary`);
}

export function launch(name) {
  const { type, options } = BROWSERS[name];
  return type.launch({ executablePath: findBrowser(name), headless: true, ...options });
}

/** The reports that a page of test/hosts/ shows. @throws {Error} with what the page logged, when it shows none */
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
