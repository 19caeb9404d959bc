// Binaries inside the bundles: long strings without a quote.
import { readFileSync } from "node:fs";
import { deltaOf } from "../../scripts/delta.mjs";
import { textOf } from "../../scripts/text.mjs";

/** A bundle's code, with every string on one line. */
export const codeOf = (path) => readFileSync(path, "utf8").replaceAll("\\\n", "");

/** The texts in a bundle. */
export const embedded = (path) => codeOf(path).match(/(?<=")[^"'`\\$<\n]{200,}(?=")/g) ?? [];

/** A family's binaries as texts. */
export const embedding = (plain, relaxed) => [textOf(plain), textOf(deltaOf(plain, relaxed))];
