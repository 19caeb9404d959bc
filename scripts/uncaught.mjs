// What Node prints of an uncaught error: the line that throws, the message and a stack with names, in less than a screen.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

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
  mjs: (door) => `import * as door from "${door}";`,
  cjs: (door) => `const door = require("${door}");`,
};

/**
 * @param project  a folder with the package installed
 * @returns        the bytes printed  @throws {Error} with what was printed, where it is long, or lacks the message or the name
 */
function print(project, node, system, door, call) {
  const file = `uncaught.${system}`;
  writeFileSync(join(project, file), `${SYSTEMS[system](door)}\ndoor.${call};\n`);
  const { status, stdout, stderr } = spawnSync(node, [file], { cwd: project, encoding: "utf8" });
  const bytes = Buffer.byteLength(stderr);
  const name = functionOf(call);
  const fail = (reason) => {
    throw new Error(`${call} from ${door}: ${reason}\n${stdout}${stderr.slice(0, 2 * MOST_BYTES)}`);
  };
  if (status !== 1) fail(`ended with ${status}`);
  if (!(bytes < MOST_BYTES)) fail(`printed ${bytes} bytes, expected less than ${MOST_BYTES}`);
  if (!new RegExp(`^(?:Type|Range)?Error: ${name}: ".+`, "m").test(stderr))
    fail("no message that begins with its name");
  if (!new RegExp(`^ +at (?:\\w+\\.)?${name} \\(.*softmax-wasm.dist`, "m").test(stderr)) fail(`no frame of ${name}`);
  return bytes;
}

/** Every wrong call in a process of its own. @returns what the longest print was */
export function uncaught(project, node, system) {
  const prints = Object.entries(WRONG).flatMap(([door, calls]) =>
    calls.map((call) => ({ call, bytes: print(project, node, system, door, call) })),
  );
  const longest = prints.reduce((a, b) => (b.bytes > a.bytes ? b : a));
  return `${prints.length} prints, at most ${longest.bytes} bytes (${longest.call})`;
}
