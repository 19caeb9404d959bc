/** What a user writes first, from every door of the installed package, in both module systems. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { execute } from "../../scripts/execute.mjs";
import { bestOf } from "./nodes.mjs";
import { bareProject } from "./project.mjs";

const project = bareProject();

/** The programs below print the backend that they computed on. */
const BEST = bestOf(process.execPath);

const NAMES = "{ softmax, logSoftmax, logSumExp, hardmax, createRuntime, backend }";
const USE = `
const y = softmax(new Float32Array([1, 2, 3]));
if (Math.abs(y[2] - 0.66524096) > 1e-6) throw new Error("softmax gave " + y);
if (Math.abs(logSumExp([1000, 1000]) - 1000.6931) > 1e-3) throw new Error("logSumExp is off");
if (hardmax([1, 3, 3]).join() !== "0,1,0") throw new Error("hardmax is off");
if (Math.abs(logSoftmax([0, 0])[0] + Math.LN2) > 1e-6) throw new Error("logSoftmax is off");
if (createRuntime().backend !== backend()) throw new Error("two backends");
console.log(backend());
`;

// The transformers door beside the main one: what it gives, and that the two instantiate one module between them.
const TRANSFORMERS = "{ softmax, log_softmax, multinomialSampler }";
const USE_TRANSFORMERS = `
let instances = 0;
WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct: (target, args) => (instances++, new target(...args)),
});
main.softmax([1, 2, 3]);
const before = instances;
const y = softmax(new Float32Array([1, 2, 3]));
if (!(y instanceof Float32Array) || y.join() !== main.softmax([1, 2, 3]).join()) throw new Error("softmax gave " + y);
const logs = log_softmax([0, -50]);
if (!Array.isArray(logs) || logs[0] !== -Math.exp(-50) || logs[1] !== -50) throw new Error("log_softmax gave " + logs);
const pairs = multinomialSampler({ temperature: 0 }).sample({ dims: [1, 3], data: Float32Array.of(1, 3, 2) });
if (pairs.length !== 1 || pairs[0][0] !== 1n || pairs[0][1] !== 0) throw new Error("sample gave " + pairs);
if (before !== 1 || instances !== 2) throw new Error(before + " instances for the main door's rows, " + instances + " with the vocabulary");
console.log(main.backend());
`;

/** @returns what a program prints in the project */
function printed(file, code) {
  writeFileSync(join(project, file), code);
  return execute(process.execPath, [file], project).stdout.trim();
}

describe.each([
  ["softmax-wasm", BEST],
  ["softmax-wasm/js", "js"],
])("%s", (door, backend) => {
  it(`from ESM, on ${backend}`, () => {
    expect(printed("use.mjs", `import ${NAMES} from "${door}";${USE}`)).toBe(backend);
  });
  it(`from CJS, on ${backend}`, () => {
    expect(printed("use.cjs", `const ${NAMES} = require("${door}");${USE}`)).toBe(backend);
  });
});

describe("softmax-wasm/transformers", () => {
  const door = "softmax-wasm/transformers";
  it(`from ESM, one runtime with the main door, on ${BEST}`, () => {
    const imports = `import * as main from "softmax-wasm"; import ${TRANSFORMERS} from "${door}";`;
    expect(printed("door.mjs", imports + USE_TRANSFORMERS)).toBe(BEST);
  });
  it(`from CJS, one runtime with the main door, on ${BEST}`, () => {
    const imports = `const main = require("softmax-wasm"); const ${TRANSFORMERS} = require("${door}");`;
    expect(printed("door.cjs", imports + USE_TRANSFORMERS)).toBe(BEST);
  });
});
