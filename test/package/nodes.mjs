// What the programs of inject("nodes") are.
import { execute } from "../../scripts/execute.mjs";

/** @returns "20.19.5", say */
export const versionOf = (node) => execute(node, ["--version"]).stdout.trim().slice(1);

/** The fastest backend of a Node. */
export const bestOf = (node) => (Number.parseInt(versionOf(node), 10) >= 22 ? "wasm-relaxed" : "wasm");
