/** The playground as a person uses it, in the browsers of this machine; also in playwright's WebKit where somebody installed that. */
import { existsSync } from "node:fs";
import { webkit } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";
import { launch } from "../launch.mjs";
import { attentionTests } from "./attention.mjs";
import { builtPlayground } from "./built.mjs";
import { distributionTests } from "./distribution.mjs";
import { layoutTests, pageTests } from "./page.mjs";
import { speedTests } from "./speed.mjs";
import { storyTests } from "./story.mjs";
import { tokenTests } from "./token.mjs";
import { undrivenTests } from "./undriven.mjs";

const hasWebKit = existsSync(webkit.executablePath());
if (!hasWebKit) console.log("playwright's WebKit is not installed: of WebKit there is WebKitGTK alone");

/** The script is inside the page, and workers run it from there. */
const NO_WASM = "default-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline' blob:; img-src data:";
const HEADERS = { "/strict/": { "content-security-policy": NO_WASM } };

const site = {};
beforeAll(async () => {
  Object.assign(site, await builtPlayground(HEADERS));
});
afterAll(() => site.stop?.());

describe.each(["Chromium", "Firefox", ...(hasWebKit ? ["WebKit"] : [])])("%s", (name) => {
  beforeAll(async () => {
    site.name = name;
    site.browser = await (name === "WebKit" ? webkit.launch() : launch(name));
  });
  afterAll(() => site.browser?.close());

  describe("distribution", () => distributionTests(site));
  describe("attention", () => attentionTests(site));
  describe("next token", () => tokenTests(site));
  describe("speed", () => speedTests(site));
  describe("story", () => storyTests(site));
  describe("page", () => pageTests(site));
  if (name === "Chromium") describe("layout", () => layoutTests(site)); // no other has layout-shift entries
});

describe.each(["WebKitGTK", "Firefox"])("%s, driven by nothing", (name) => undrivenTests(site, name));
