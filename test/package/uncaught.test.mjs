/** What Node prints of an uncaught error: the line that throws, the message and a stack with names, in less than a screen. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { versionOf } from "./nodes.mjs";
import { bareProject } from "./project.mjs";

const MOST_BYTES = 1536;

const X = "new Float32Array(4)";
/** Wrong calls of every function, at least one for each kind of check. The message begins with the function's name. */
const WRONG = {
  "softmax-wasm": [
    'softmax("1, 2, 3")',
    "softmax([[1, 2], [3, 4]])",
    "softmax([1, 2], { dim: 0 })",
    "softmax([1, 2], 0)",
    "softmax({ length: 2 ** 40 })",
    "softmax([1, 2], Object.create({ axis: 0 }))",
    "logSoftmax([1, 2, 3], { shape: [2, 2] })",
    "logSumExp([1, 2, 3], { axis: 2 })",
    "entropy([1, 2, 3], { temperature: -1 })",
    `hardmax(${X}, { out: new Float32Array(3) })`,
    `sparsemax(${X}, { support: new Uint32Array(2) })`,
    "entmax15([1, 2], { out: [] })",
    `entmax(${X}, { alpha: 0.5 })`,
    `attention(${X}, ${X}, ${X}, { headDim: 3 })`,
    `attention(${X}, ${X}, ${X}, { headDim: 2, isCausal: true })`,
    `attention(${X}, ${X}, ${X}, { headDim: 2, mask: new Uint8Array(3) })`,
    `attention(${X}, ${X}, ${X}, { headDim: 2, bias: ${X}, biasShape: [1, 1, 1, 1, 1] })`,
    `mergeAttention(${X}, [0], ${X}, [0, 0], { valueDim: 4 })`,
    "topK([1, 2], 0)",
    "topK([1, NaN], 1)",
    "sample([1, 2], { topP: 2 })",
    "sample([1, 2], { random: () => 2 })",
    'createRuntime({ backend: "gpu" })',
    "createRuntime({ module: {} })",
    "createRuntime().alloc(2 ** 40)",
  ],
  "softmax-wasm/js": [
    "softmax([1, 2], { mask: [true] })",
    `attention(${X}, ${X}, ${X}, { headDim: 2, heads: 3 })`,
    'createRuntime({ backend: "wasm" })',
  ],
  "softmax-wasm/transformers": ["softmax([])", 'log_softmax(["1"])', "multinomialSampler({ temperature: -1 })"],
};

/** The function that a wrong call is about: the last one called. */
const functionOf = (call) => call.match(/^(?:\w+\(.*\)\.)?(\w+)\(/)[1];

const SYSTEMS = {
  ESM: { file: "uncaught.mjs", load: (door) => `import * as door from "${door}";` },
  CJS: { file: "uncaught.cjs", load: (door) => `const door = require("${door}");` },
};

const CALLS = Object.entries(WRONG).flatMap(([door, calls]) => calls.map((call) => [door, call]));
const RUNS = inject("nodes").flatMap((node) => Object.keys(SYSTEMS).map((kind) => [versionOf(node), kind, node]));

const project = bareProject();
/** As long as a folder usually is: each line of a stack names it. */
const USERS_PROJECT = "/home/somebody/a/project";

describe.each(RUNS)("uncaught in Node %s, %s", (_, kind, node) => {
  it.each(CALLS)("%s: %s", (door, call) => {
    const { file, load } = SYSTEMS[kind];
    writeFileSync(join(project, file), `${load(door)}\ndoor.${call};\n`);
    const { status, stderr } = spawnSync(node, [file], { cwd: project, encoding: "utf8" });
    const name = functionOf(call);
    expect(status, stderr).toBe(1);
    expect(stderr, "a message that begins with the function's name").toMatch(
      new RegExp(`^(?:Type|Range)?Error: ${name}: ".+`, "m"),
    );
    expect(stderr, "a frame of the function").toMatch(
      new RegExp(`^ +at (?:\\w+\\.)?${name} \\(.*softmax-wasm.dist`, "m"),
    );
    const printed = stderr.replaceAll(project, USERS_PROJECT);
    expect(Buffer.byteLength(printed), "bytes printed").toBeLessThan(MOST_BYTES);
  });
});
