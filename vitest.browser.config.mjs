// The unit tests in browsers: npm run test:browsers. One page per browser, started as a plain process, reports to vitest.
import { defineBrowserProvider } from "@vitest/browser";
import { mergeConfig } from "vitest/config";
import { openBrowser } from "./scripts/browsers.mjs";
import { base, UNIT } from "./vitest.config.ts";

/** Tests that say nothing about an engine, or need what a page does not have. Every other file runs in browsers too. */
const NODE_ONLY = [
  "test/house/arrows.test.ts", // reads the sources
  "test/house/pages.test.ts", // reads the pages
  "test/house/binaries.test.ts", // compares with build/, by way of Buffer
  "test/contract/fuzz.test.ts", // makes other realms and judges by node:util what an array is
  "test/contract/liveMemory.test.ts", // writes memory from a thread of Node's, and takes minutes in a page
  "test/house/selfTest.test.ts", // breaks bytes of build/, by way of Buffer
  "test/contract/stories.test.ts", // reads a model from STORIES_DIR, and the built package as the examples do
];

const provider = (name) =>
  defineBrowserProvider({
    name: "process",
    providerFactory() {
      let close;
      return {
        name: "process",
        supportsParallelism: false,
        getCommandsContext: () => ({}),
        openPage: async (_, url) => {
          close = await openBrowser(name, url);
        },
        close: () => close?.(),
      };
    },
  });

/** What tsup does for the package: a page has no require. */
const loader = {
  name: "loader",
  transform(code, id) {
    if (!id.endsWith("/src/wasm/index.ts")) return undefined;
    const required = code.replace('require("@assemblyscript/loader")', "loader");
    return `import * as loader from "@assemblyscript/loader";\n${required}`;
  },
};

export default mergeConfig(base, {
  plugins: [loader],
  cacheDir: `.cache/vite/${process.env.SOFTMAX_WASM_ENGINE ?? "browser"}`, // a browser's own: two run at a time
  // For SharedArrayBuffer.
  server: {
    headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" },
  },
  test: {
    include: UNIT.include,
    globalSetup: "test/pool/setup.mjs",
    exclude: [...UNIT.exclude, ...NODE_ONLY],
    setupFiles: UNIT.setupFiles,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      instances: ["Chromium", "Firefox", "WebKitGTK"].map((name) => ({
        browser: name.toLowerCase(),
        name,
        provider: provider(name),
      })),
    },
  },
});
