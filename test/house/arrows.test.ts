/** Who may import whom: docs/architecture.md, "The rooms". A file that is in no row of the table fails. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDERS = ["assembly", "src", "test", "bench", "examples", "playground"];
const ANYTHING = /./;
const NODE = /^node:/;
const LAYOUT = /^assembly\/layout$/;
const HALF = /^assembly\/(un)?pack16$/;
const KERNELS = /^src\/kernels\//;
/** What the tests and the bench judge by alike. */
const JUDGE = /^test\/judge\/(bounds|draftReference|entmax64|random|softmax64|vocabularyReference)$/;
/** What the playground takes from the examples, and its tests to compare with. */
const EXAMPLES_MODEL = /^examples\/llama\//;
/** What bench/peers/package.json names. */
const PEERS = /^(@huggingface|@jax-js|@litertjs|@tensorflow|esbuild|flatbuffers|onnxruntime-web|vega|vega-lite)(\/|$)/;
const DOOR = /^src\/(bitMask|check|engines|options|parts|runtime|seeded|types|ops\/.*)$/;

/** A file's row is the first that it matches. It may import the row's paths, which begin at the root, or packages. */
const ARROWS: [file: RegExp, may: RegExp[]][] = [
  // assembly: lanes <- exp <- row <- families; the sparse binary has the kernels of the rows that are its limits, softmax and hardmax
  [/^assembly\/(compact|lanes|layout)$/, []],
  [/^assembly\/phases$/, [/^assembly\/layout$/]],
  [/^assembly\/(exp|log|pack16|unpack16)$/, [LAYOUT, /^assembly\/lanes$/]],
  [/^assembly\/stage$/, [/^assembly\/(lanes|phases)$/]],
  [/^assembly\/(row|columns)$/, [/^assembly\/(exp|lanes|phases|stage)$/]],
  [/^assembly\/axis$/, [/^assembly\/(columns|exp|phases|row)$/]],
  [
    /^assembly\/rows\//,
    [LAYOUT, HALF, /^assembly\/(axis|columns|exp|lanes|log|phases|row|stage)$/, /^assembly\/rows\//],
  ],
  [/^assembly\/sparse\/index$/, [HALF, /^assembly\/rows\/(softmax|hardmax)$/, /^assembly\/sparse\//]],
  [
    /^assembly\/sparse\//,
    [LAYOUT, /^assembly\/(axis|columns|compact|exp|lanes|log|phases|row|stage)$/, /^assembly\/sparse\//],
  ],
  [/^assembly\/attention\//, [LAYOUT, HALF, /^assembly\/(exp|lanes|log|row|stage)$/, /^assembly\/attention\//]],
  [
    /^assembly\/vocabulary\//,
    [LAYOUT, HALF, /^assembly\/(compact|exp|lanes|log|phases|row|stage)$/, /^assembly\/vocabulary\//],
  ],

  // src: doors -> runtime -> { engines, ops } -> { options -> check, heap, kernels } <- { js, wasm }; both sides import assembly/layout
  [/^src\/(copy|typedArray|order)$/, []],
  [/^src\/kernels\//, [LAYOUT, KERNELS]],
  [/^src\/half$/, [/^src\/typedArray$/]],
  [/^src\/check\//, [/^src\/(half|typedArray)$/, /^src\/check\//]],
  [/^src\/check$/, [/^src\/check\//]],
  [/^src\/(options|seeded|bitMask)$/, [/^src\/check$/]],
  [/^src\/heap$/, [LAYOUT, KERNELS, /^src\/(copy|half|typedArray)$/]],
  [/^src\/arena$/, [/^src\/(check|heap|typedArray)$/]],
  [/^src\/ops\//, [LAYOUT, KERNELS, /^src\/(check|copy|family|half|heap|options|order|typedArray)$/, /^src\/ops\//]],
  [/^src\/js\//, [LAYOUT, KERNELS, /^src\/order$/, /^src\/js\//]],
  [/^src\/wasm\/modules$/, [KERNELS, /^src\/check$/, /^src\/wasm\/index$/]],
  [/^src\/wasm\//, [KERNELS, /^src\/wasm\//, /^@assemblyscript\/loader$/]],
  [/^src\/family$/, [KERNELS, /^src\/heap$/]],
  [/^src\/engines$/, [KERNELS, /^src\/(check|family|heap)$/]],
  [/^src\/runtime$/, [KERNELS, /^src\/(arena|check|engines|half|options|typedArray)$/, /^src\/ops\//]],
  [/^src\/parts$/, [KERNELS, /^src\/(check|engines|options|runtime)$/, /^src\/ops\//]],
  [/^src\/types$/, [KERNELS, /^src\/(check|engines|half|runtime)$/, /^src\/ops\//]],
  [/^src\/js$/, [KERNELS, DOOR, /^src\/js\/index$/]],
  [/^src\/modules$/, [DOOR, /^src\/wasm\/modules$/]],
  [/^src\/index$/, [KERNELS, DOOR, /^src\/js\/index$/, /^src\/wasm\//]],
  // transformers imports the main door; the published one imports it as softmax-wasm (tsup.config.ts)
  [/^src\/transformers$/, [/^src\/(check|index|typedArray)$/, /^src\/transformers\//]],
  [/^src\/transformers\//, [/^src\/(check|half|index|options|typedArray)$/, /^src\/transformers\//]],

  // the pool, and its worker, import the main door, whose runtimes they run; of ops they know types alone
  [/^src\/pool$/, [/^src\/(check|index|options|parts|types)$/, /^src\/pool\//]],
  [/^src\/pool-worker$/, [/^src\/index$/, /^src\/pool\//]],
  [
    /^src\/pool\//,
    [LAYOUT, KERNELS, /^src\/(check|half|options|parts|runtime|typedArray|types)$/, /^src\/(ops|pool)\//],
  ],

  // the judge (test), the stopwatch (bench), the stranger (examples)
  [JUDGE, [JUDGE]], // plain Node runs it for the bench
  [/^test\//, [ANYTHING]],
  [/^bench\/peers\//, [NODE, /^bench\//, JUDGE, /^scripts\//, /^dist\//, /^mitata$/, PEERS]],
  [/^bench\//, [NODE, /^bench\//, JUDGE, /^scripts\//, /^softmax-wasm(\/|$)/, /^mitata$/]],
  [/^examples\/onnxruntime$/, [NODE, /^examples\//, /^softmax-wasm(\/|$)/, /^onnxruntime-node$/]],
  [/^examples\//, [NODE, /^examples\//, /^softmax-wasm(\/|$)/]],

  // the playground: a stranger too, with the model of the examples
  [/^playground\/src\/speed\/tensorflow$/, [/^playground\//, /^@tensorflow\//]],
  [/^playground\/src\//, [/^playground\//, EXAMPLES_MODEL, /^softmax-wasm(\/|$)/]],
  [/^playground\//, [NODE, /^playground\//]],
];

/** Import and export declarations, at the start of a line: comments quote others. Then import("…") and require("…"). */
const DECLARATION = /^(?:import|export)\b(?:[^;"']*?\bfrom)?\s*["']([^"']+)["']/gm;
const CALL = /\b(?:import|require)\(\s*["']([^"']+)["']\s*\)/g;

function specifiers(text: string): string[] {
  return [...text.matchAll(DECLARATION), ...text.matchAll(CALL)].map((match) => match[1]);
}

/** A page that was built in place brings packages and bundles. */
const BROUGHT = /\/(node_modules|dist)\//;

const FILES: string[] = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .map((path) => join(folder, path.replaceAll("\\", "/")))
    .filter((path) => /\.[cm]?[jt]s$/.test(path) && !BROUGHT.test(path)),
);

const MODULES = new Set(FILES.map((path) => path.replace(/\.[cm]?[jt]s$/, "")));

/** "./row" from assembly/exp.ts is assembly/row, "./wasm" from src/index.ts is src/wasm/index, others stay. */
function resolve(file: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  const path = normalize(join(dirname(file), specifier)).replace(/\.[cm]?[jt]s$/, "");
  return MODULES.has(path) ? path : MODULES.has(`${path}/index`) ? `${path}/index` : path;
}

/** Files that `entry` imports, however far away, and itself. Types count as well. */
function graph(entry: string, seen = new Set<string>()): Set<string> {
  seen.add(entry);
  for (const specifier of specifiers(readFileSync(join(ROOT, entry), "utf8"))) {
    const file = `${resolve(entry, specifier)}.ts`;
    if (FILES.includes(file) && !seen.has(file)) graph(file, seen);
    else if (specifier.startsWith(".") && !FILES.includes(file)) throw new Error(`${entry} imports ${specifier}`);
  }
  return seen;
}

/** Every import that no arrow allows, in words. */
function strays(file: string, text: string): string[] {
  const row = ARROWS.find(([pattern]) => pattern.test(file.replace(/\.[cm]?[jt]s$/, "")));
  if (row === undefined) return [`${file} has no row in test/house/arrows.test.ts`];
  return specifiers(text)
    .map((specifier) => resolve(file, specifier))
    .filter((target) => !row[1].some((allowed) => allowed.test(target)))
    .map((target) => `${file} imports ${target}`);
}

describe("arrows", () => {
  it.each(FILES)("%s imports what it may", (file) => {
    expect(strays(file, readFileSync(join(ROOT, file), "utf8"))).toEqual([]);
  });

  it("the judge, the stopwatch and the stranger are imported by nobody else", () => {
    const found = FILES.flatMap((file) =>
      specifiers(readFileSync(join(ROOT, file), "utf8"))
        .map((specifier) => resolve(file, specifier))
        .filter((target) => /^(test|bench|examples)\//.test(target) && target.split("/")[0] !== file.split("/")[0])
        .filter((target) => !(file.startsWith("bench/") && JUDGE.test(target)))
        .filter((target) => !(/^(test\/package\/)?playground\//.test(file) && EXAMPLES_MODEL.test(target)))
        .map((target) => `${file} imports ${target}`),
    );
    expect(found).toEqual([]);
  });

  it("softmax-wasm/js does not know of WebAssembly", () => {
    const wasm = (entry: string): string[] => [...graph(entry)].filter((file) => file.startsWith("src/wasm/"));
    expect(wasm("src/js.ts")).toEqual([]);
    const binaries = ["attention", "rows", "sparse", "vocabulary"].map((name) => `binaries/${name}`);
    const embedded = [...binaries, "delta", "index", "modules", "text"].map((name) => `src/wasm/${name}.ts`);
    expect(wasm("src/index.ts").sort()).toEqual(embedded);
    expect(wasm("src/modules.ts").filter((file) => file.includes("binaries"))).toEqual([]);
    expect(graph("src/js.ts")).toContain("src/js/rows/softmax.ts");
    const code = [...graph("src/js.ts")].map((file) => readFileSync(join(ROOT, file), "utf8")).join("\n");
    expect(code).not.toMatch(/\bWebAssembly\.\w|@assemblyscript/);
  });

  it("arguments are refused by checks and nothing else", () => {
    const checks = /^src\/(check\/|options\.ts$)/;
    const host = /^src\/(engines|js\/index|ops\/known|pool|pool\/(host|job|queue)|wasm\/(index|modules))\.ts$/; // what the host lacks, and what stopped a call of the pool
    const throwing = FILES.filter(
      (file) => /^src\//.test(file) && /^(?! *(\*|\/\/)).*\bthrow\b/m.test(readFileSync(join(ROOT, file), "utf8")),
    );
    const rest = throwing.filter((file) => !checks.test(file) && !host.test(file));
    expect(rest).toEqual([]);
    expect(throwing).toContain("src/check/refuse.ts");
  });

  it("no file is called utils, helpers, common or core", () => {
    const vague = /(^|\/)(utils?|helpers?|common|core)(\.|\/)/i;
    expect(FILES.filter((file) => vague.test(file))).toEqual([]);
    expect(["src/utils.ts", "src/core/index.ts", "bench/helper.mjs"].every((file) => vague.test(file))).toBe(true);
  });

  it("what must be read at once fits on a screen: functions of 70 lines, files of 300, kernels of 12 arguments", () => {
    const long: string[] = [];
    for (const file of FILES.filter((path) => /^(src|assembly)\//.test(path))) {
      const text = readFileSync(join(ROOT, file), "utf8");
      const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
      const lineOf = (at: number): number => source.getLineAndCharacterOfPosition(at).line;
      if (lineOf(text.length) > 300) long.push(`${file} has ${lineOf(text.length)} lines`);
      const visit = (node: ts.Node): void => {
        const lines = lineOf(node.end) - lineOf(node.getStart()) + 1;
        if (ts.isFunctionLike(node) && lines > 70) long.push(`${file}:${lineOf(node.pos) + 1} has ${lines} lines`);
        ts.forEachChild(node, visit);
      };
      visit(source);
    }
    let kernels = 0;
    for (const family of ["rows", "sparse", "attention", "vocabulary"]) {
      const wat = readFileSync(join(ROOT, `build/${family}.wat`), "utf8");
      for (const [, name, inside] of wat.matchAll(/^ \(export "(\w+)" \(func (\S+)\)\)$/gm)) {
        const [head] = wat.slice(wat.indexOf(`\n (func ${inside} `) + 1).split("\n");
        const count = [...head.matchAll(/\(param \$/g)].length;
        kernels++;
        if (count > 12 || !head.includes(inside)) long.push(`${name} takes ${count} arguments`);
      }
    }
    expect(long).toEqual([]);
    expect(kernels).toBeGreaterThan(25);
  });

  it("every row has a file", () => {
    const idle = ARROWS.filter(([pattern]) => ![...MODULES].some((module) => pattern.test(module)));
    expect(idle.map(([pattern]) => String(pattern))).toEqual([]);
  });

  it.each<[file: string, text: string, complaint: string]>([
    ["assembly/exp.ts", 'import {\n  rowMax,\n  rowScale,\n} from "./row";', "assembly/exp.ts imports assembly/row"],
    ["src/check.ts", 'import type { Heap } from "./heap";', "src/check.ts imports src/heap"],
    ["src/check/axis.ts", 'import { Given } from "../options";', "src/check/axis.ts imports src/options"],
    ["src/ops/axis.ts", 'export * from "../wasm";', "src/ops/axis.ts imports src/wasm/index"],
    ["src/ops/axis.ts", 'import "../js";', "src/ops/axis.ts imports src/js"],
    ["src/heap.ts", 'const { readFileSync } = require("node:fs");', "src/heap.ts imports node:fs"],
    ["src/js/exp.ts", 'const row = await import("../../test/judge/cases");', "src/js/exp.ts imports test/judge/cases"],
    ["examples/tour.mjs", 'import { softmax } from "../src/index";', "examples/tour.mjs imports src/index"],
    [
      "bench/judge.mjs",
      'import { worst } from "../test/judge/reference";',
      "bench/judge.mjs imports test/judge/reference",
    ],
    ["src/sparsemax.ts", "", "src/sparsemax.ts has no row in test/house/arrows.test.ts"],
  ])("notices in %s: %s", (file, text, complaint) => {
    expect(strays(file, text)).toEqual([complaint]);
  });

  it("passes over what a comment quotes", () => {
    expect(specifiers(' * import { softmax } from "softmax-wasm";\nexport const a = "from";\nexport {};')).toEqual([]);
  });
});
