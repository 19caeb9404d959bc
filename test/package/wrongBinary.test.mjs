/** A package whose binary computes wrongly still gives right answers: the self-test sees it, and JavaScript takes over. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { execute } from "../../scripts/execute.mjs";
import { textOf } from "../../scripts/text.mjs";
import { codeOf } from "./embedded.mjs";
import { bareProject } from "./project.mjs";

const USE = `
const { createRuntime } = require("softmax-wasm");
const runtime = createRuntime();
const y = runtime.softmax([1, 2, 3]);
console.log(JSON.stringify({ y: [...y], rejected: runtime.rejected }));
`;

it("binaries that compute wrongly make way for js", () => {
  const project = bareProject();
  const dist = join(project, "node_modules/softmax-wasm/dist");
  const bundle = codeOf(join(dist, "index.cjs"));
  const plain = readFileSync(join(dist, "rows.wasm"));
  const sound = textOf(plain);
  expect(bundle.includes(sound), "the bundle holds rows.wasm").toBe(true);
  plain[plain.indexOf(Buffer.from(Float32Array.of(0.693147004).buffer)) + 2] ^= 0x40; // ln 2 in assembly/exp.ts
  // the relaxed one is a delta of it
  const broken = bundle.replace(sound, () => textOf(plain));
  writeFileSync(join(dist, "index.cjs"), broken);

  writeFileSync(join(project, "use.cjs"), USE);
  const { y, rejected } = JSON.parse(execute(process.execPath, ["use.cjs"], project).stdout);
  expect(y.map((p) => p.toFixed(4))).toEqual(["0.0900", "0.2447", "0.6652"]);
  expect(rejected.at(-1)).toMatchObject({ family: "rows", reason: expect.stringMatching(/^self-test: /) });
});
