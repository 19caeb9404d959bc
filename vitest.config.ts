import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** `import bytes from "./file?bytes"`: a file as a Uint8Array, in browsers as anywhere. */
const bytes = {
  name: "bytes",
  enforce: "pre" as const,
  load(id: string) {
    const [file, query] = id.split("?");
    if (query !== "bytes") return undefined;
    return `export default Uint8Array.from(atob("${readFileSync(file, "base64")}"), (c) => c.charCodeAt(0));`;
  },
};

/** Every run leaves its report here; scripts/sum.mjs reads it. */
const report = `.cache/reports/${process.env.REPORT ?? "vitest"}.json`;

/** A run that is cut short leaves an empty report, and not the one of an earlier run. */
const unfinished = {
  onInit() {
    mkdirSync(".cache/reports", { recursive: true });
    writeFileSync(report, "{}");
  },
};

/** What scripts/test.mjs means to run on: test/house/engine.test.ts holds it to that. */
const engine = process.env.SOFTMAX_WASM_ENGINE;

/** Which float32s test/house/everyFloat.test.ts takes: 1 for all, else every so many; a prime, so that all last digits occur. */
const floatStep = Number(process.env.FLOAT_STEP ?? 1009);

/** What every project has in common, in vitest.browser.config.mjs too. */
export const base = defineConfig({
  plugins: [bytes],
  test: {
    testTimeout: 60_000,
    maxWorkers: "100%", // one core less otherwise: half of a small machine
    reporters: ["default", unfinished, ["json", { outputFile: report }]],
    provide: { engine, floatStep },
    // V8's flag takes FMA3 from x64: an engine that does not fuse. Given to vitest itself, it does not reach projects.
    execArgv: engine?.endsWith("unfused") ? ["--no-enable-fma3"] : [],
  },
});

/** The tests that every engine and every browser runs. */
export const UNIT = {
  include: ["test/**/*.test.ts"],
  exclude: ["test/package/**", "test/soak/**"],
  setupFiles: ["test/judge/equality.ts"],
};

/** Minutes: these install, bundle and start browsers. What a page is waited for may take long on a busy machine. */
const SLOW = { testTimeout: 300_000, hookTimeout: 600_000, expect: { poll: { timeout: 60_000 } } };

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    projects: [
      {
        extends: true,
        // examples that unit tests run import the package by its name: here that is its sources, which need no build of dist/
        resolve: {
          alias: [{ find: /^softmax-wasm$/, replacement: fileURLToPath(new URL("src/index.ts", import.meta.url)) }],
        },
        test: { name: "unit", ...UNIT, globalSetup: "test/pool/setup.mjs" },
      },
      {
        extends: true,
        test: {
          name: "package",
          include: ["test/package/**/*.test.{ts,mjs}"],
          globalSetup: "test/package/setup.mjs",
          ...SLOW,
        },
      },
      { extends: true, test: { name: "soak", include: ["test/soak/*.test.mjs"], ...SLOW } },
    ],
  },
});
