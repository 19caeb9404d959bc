/** Nodes that forbid or lack things. */
import { describe, inject, it } from "vitest";
import { execute } from "../../../scripts/execute.mjs";
import { bestOf, versionOf } from "../nodes.mjs";
import { bareProject } from "../project.mjs";
import { judge } from "../reports.mjs";

const NO_RELAXED = /this engine has no WebAssembly relaxed SIMD/;
const NO_WASM = /this host has no WebAssembly/;

const project = bareProject("test/package/hosts");

describe.each(inject("nodes").map((node) => [versionOf(node), node, bestOf(node)]))(
  "Node %s",
  (_version, node, best) => {
    it.each([
      ["--frozen-intrinsics", ["--frozen-intrinsics", "node.mjs"], [best], NO_RELAXED],
      ["--frozen-intrinsics, /js", ["--frozen-intrinsics", "node.mjs", "softmax-wasm/js"], ["js"]],
      ["--jitless", ["--jitless", "node.mjs"], ["js"], NO_WASM],
      ["WebAssembly deleted", ["--import", "./deleted.mjs", "node.mjs"], ["js"], NO_WASM],
      [
        "a WebAssembly that must not be looked at, /js",
        ["--import", "./trap.mjs", "node.mjs", "softmax-wasm/js"],
        ["js"],
      ],
      [
        "four worker threads, with a module",
        ["threads.mjs"],
        Array.from({ length: 4 }, () => [best, "wasm"]).flat(),
        NO_RELAXED,
      ],
    ])("%s", (_, args, backends, why) => {
      judge(JSON.parse(execute(node, args, project).stdout), backends, why);
    });
  },
);
