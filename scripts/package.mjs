// The package as its users get it: packed, from here and from a clean clone, linted, compared with a fresh build of its
// binaries, installed into an empty project, called from ESM and CJS, rightly and wrongly, every snippet of its documents run.
// And what is in the repository: nothing unused, the reference without a warning. Needs a build. The last line counts the checks: "N passed, N failed".
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { deltaOf } from "./delta.mjs";
import { relaxedNode } from "./engines.mjs";
import { BINARIES, FAMILIES } from "./families.mjs";
import { program, snippets } from "./snippets.mjs";
import { textOf } from "./text.mjs";
import { uncaught } from "./uncaught.mjs";

const windows = process.platform === "win32";
const npm = windows ? "npm.cmd" : "npm";
const folder = mkdtempSync(join(tmpdir(), "softmax-wasm-"));
let passed = 0;
let failed = 0;

function check(name, run) {
  try {
    const detail = run();
    console.log(`ok      ${name}${detail ? `: ${detail}` : ""}`);
    passed++;
  } catch (error) {
    console.log(`FAILED  ${name}\n${error.message}`);
    failed++;
  }
}

function execute(command, args, cwd = ".", variables = {}) {
  const shell = windows && command === npm;
  const env = { ...process.env, ...variables };
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8", shell, env });
  if (status !== 0) throw new Error(error?.message ?? `${stdout}${stderr}`);
  return stdout;
}

function below(limit, bytes) {
  if (!(bytes < limit)) throw new Error(`${bytes} bytes, expected less than ${limit}`);
  return `${bytes} bytes of ${limit}`;
}

// What a user writes first, in both module systems; prints one line that both must agree on.
const USE = `
const y = softmax(new Float32Array([1, 2, 3]));
if (Math.abs(y[2] - 0.66524096) > 1e-6) throw new Error("softmax gave " + y);
if (Math.abs(logSumExp([1000, 1000]) - 1000.6931) > 1e-3) throw new Error("logSumExp is off");
if (hardmax([1, 3, 3]).join() !== "0,1,0") throw new Error("hardmax is off");
if (Math.abs(logSoftmax([0, 0])[0] + Math.LN2) > 1e-6) throw new Error("logSoftmax is off");
if (createRuntime().backend !== backend()) throw new Error("two backends");
console.log(backend());
`;
const NAMES = "{ softmax, logSoftmax, logSumExp, hardmax, createRuntime, backend }";

/** Every file that package.json says there is. */
function promised() {
  const { main, module, types, exports } = JSON.parse(readFileSync("package.json", "utf8"));
  const leaves = (value) => (typeof value === "string" ? [value] : Object.values(value).flatMap(leaves));
  return [main, module, types, ...leaves(exports)].map((path) => path.replace("./", ""));
}

/** A bundle's code, with every string on one line. */
const codeOf = (path) => readFileSync(path, "utf8").replaceAll("\\\n", "");

/** What a bundle has of embedded binaries: long strings without a quote. */
const embedded = (path) => codeOf(path).match(/(?<=")[^"'`\\$<\n]{200,}(?=")/g) ?? [];

/** A family's binaries as they are embedded. */
const embedding = (plain, relaxed) => [textOf(plain), textOf(deltaOf(plain, relaxed))];

/** Lines of code for people: what an uncaught error shows is one of them. */
const LONGEST_LINE = 220;

function readable(folder) {
  const files = readdirSync(folder).filter((file) => /\.c?js$/.test(file));
  const lines = files.flatMap((file) => readFileSync(join(folder, file), "utf8").split("\n"));
  const longest = Math.max(...lines.map((line) => line.length));
  if (!(longest <= LONGEST_LINE)) throw new Error(`a line of ${longest} characters, expected at most ${LONGEST_LINE}`);
  return `${files.length} files, lines of at most ${longest} characters`;
}

function same(name, bytes, built) {
  if (Buffer.compare(bytes, built) !== 0) throw new Error(`${name} is not what assembly/ compiles to`);
}

// The transformers door beside the main one: what it gives, and that the two instantiate one module between them.
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
console.log("one runtime, " + main.backend());
`;
const TRANSFORMERS = "{ softmax, log_softmax, multinomialSampler }";

/** Bytes of both binaries of a family, of which they stay below. */
const LARGEST = { rows: 18_000, sparse: 72_000, attention: 29_000, vocabulary: 27_000 };

const missing = (files) => promised().filter((path) => !files.some((file) => file.path === path));

/** A clone of the last commit, with what `npm ci` would put there, and nothing built. */
function clone() {
  const copy = join(folder, "clone");
  execute("git", ["clone", "--quiet", resolve("."), copy]);
  symlinkSync(resolve("node_modules"), join(copy, "node_modules"), "junction");
  return copy;
}

try {
  check("nothing unused (knip)", () => void execute(process.execPath, ["node_modules/knip/bin/knip.js"]));
  check("reference without a warning (typedoc)", () => {
    execute(process.execPath, ["node_modules/typedoc/bin/typedoc", "--out", join(folder, "docs")]);
  });
  const [{ filename, files }] = JSON.parse(
    execute(npm, ["pack", "--json", "--ignore-scripts", "--pack-destination", folder]),
  );
  const tarball = join(folder, filename);
  check("publint", () => void execute(process.execPath, ["node_modules/publint/src/cli.js", tarball, "--strict"]));
  check("are the types wrong", () => {
    execute(process.execPath, [
      "node_modules/@arethetypeswrong/cli/dist/index.js",
      tarball,
      "--exclude-entrypoints",
      ...BINARIES,
    ]);
  });
  check("contents", () => {
    const stray = files
      .map((file) => file.path)
      .filter(
        (path) => !/^((dist|js|modules|transformers)\/|package\.json$|LICENSE$|(docs\/[\w-]+|[A-Z]+)\.md$)/.test(path),
      );
    if (stray.length > 0) throw new Error(`packed by mistake: ${stray.join(", ")}`);
    if (missing(files).length > 0) throw new Error(`not packed: ${missing(files).join(", ")}`);
    return `${files.length} files`;
  });
  check("npm pack in a clean clone packs the code", () => {
    const copy = clone();
    execute(process.execPath, ["scripts/prepare.mjs"], copy, { INIT_CWD: join(copy, "src") });
    if (existsSync(join(copy, "dist"))) throw new Error("an install in the repository built it");
    const args = ["pack", "--json", "--foreground-scripts=false", "--pack-destination", copy];
    const [{ files }] = JSON.parse(execute(npm, args, copy));
    if (missing(files).length > 0) throw new Error(`not packed: ${missing(files).join(", ")}`);
    return `${files.length} files`;
  });
  check("a git dependency is built by its prepare", () => {
    const copy = join(folder, "clone");
    rmSync(join(copy, "dist"), { recursive: true });
    execute(process.execPath, ["scripts/prepare.mjs"], copy, { INIT_CWD: folder });
    const absent = promised().filter((path) => !existsSync(join(copy, path)));
    if (absent.length > 0) throw new Error(`not built: ${absent.join(", ")}`);
  });
  for (const [family, most] of Object.entries(LARGEST)) {
    check(`the binaries of ${family}`, () =>
      below(most, statSync(`dist/${family}.wasm`).size + statSync(`dist/${family}-relaxed.wasm`).size),
    );
  }
  check("code that people can read", () => readable("dist"));
  check("no dependencies", () => {
    const { dependencies = {} } = JSON.parse(readFileSync("package.json", "utf8"));
    if (Object.keys(dependencies).length > 0) throw new Error(Object.keys(dependencies).join(", "));
  });

  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  check(
    "install into an empty project",
    () => void execute(npm, ["install", "--no-audit", "--no-fund", tarball], folder),
  );
  for (const door of ["softmax-wasm", "softmax-wasm/js"]) {
    writeFileSync(join(folder, "use.mjs"), `import ${NAMES} from "${door}";${USE}`);
    writeFileSync(join(folder, "use.cjs"), `const ${NAMES} = require("${door}");${USE}`);
    check(`${door} from ESM`, () => execute(process.execPath, ["use.mjs"], folder).trim());
    check(`${door} from CJS`, () => execute(process.execPath, ["use.cjs"], folder).trim());
  }

  const dist = join(folder, "node_modules/softmax-wasm/dist");
  check("the binaries are what assembly/ compiles to, as files and inside the bundles", () => {
    const copy = join(folder, "clone"); // built above, by itself
    const built = BINARIES.map((name) => {
      const bytes = readFileSync(join(copy, "build", name));
      same(name, readFileSync(join(dist, name)), bytes);
      return bytes;
    });
    const texts = FAMILIES.flatMap((_, i) => embedding(built[2 * i], built[2 * i + 1]));
    for (const bundle of ["index.js", "index.cjs"]) {
      const inside = embedded(join(dist, bundle));
      if (inside.length !== texts.length) throw new Error(`${bundle} holds ${inside.length} embeddings`);
      if (!texts.every((text) => inside.includes(text))) throw new Error(`${bundle} holds other binaries`);
    }
    for (const bundle of ["js.js", "js.cjs", "modules.js", "modules.cjs"]) {
      if (embedded(join(dist, bundle)).length > 0) throw new Error(`${bundle} holds a binary`);
    }
  });

  for (const node of new Set([process.execPath, relaxedNode()])) {
    const version = execute(node, ["--version"]).trim();
    for (const [system, kind] of Object.entries({ mjs: "ESM", cjs: "CJS" })) {
      check(`uncaught errors, Node ${version}, ${kind}`, () => uncaught(folder, node, system));
    }
  }

  copyFileSync("scripts/given.mjs", join(folder, "given.mjs"));
  for (const { name, code, reason } of snippets()) {
    if (reason !== undefined) {
      console.log(`not run ${name}: ${reason}`);
      continue;
    }
    check(`snippet ${name}`, () => {
      const { text, promises } = program(code);
      writeFileSync(join(folder, "snippet.mjs"), text);
      execute(process.execPath, ["snippet.mjs"], folder);
      return promises > 0 ? `${promises} as promised` : "";
    });
  }

  check("examples/workers.mjs", () => {
    copyFileSync("examples/workers.mjs", join(folder, "workers.mjs"));
    return execute(process.execPath, ["workers.mjs"], folder).trim().split("\n").at(-1);
  });

  const door = "softmax-wasm/transformers";
  writeFileSync(
    join(folder, "door.mjs"),
    `import * as main from "softmax-wasm"; import ${TRANSFORMERS} from "${door}";${USE_TRANSFORMERS}`,
  );
  writeFileSync(
    join(folder, "door.cjs"),
    `const main = require("softmax-wasm"); const ${TRANSFORMERS} = require("${door}");${USE_TRANSFORMERS}`,
  );
  check(`${door} from ESM`, () => execute(process.execPath, ["door.mjs"], folder).trim());
  check(`${door} from CJS`, () => execute(process.execPath, ["door.cjs"], folder).trim());
  check("examples/transformers.mjs", () => void execute(process.execPath, ["examples/transformers.mjs"]));

  // Last: it breaks the installed package.
  check("binaries that compute wrongly make way for js", () => {
    const path = join(dist, "index.cjs");
    const plain = readFileSync(join(dist, "rows.wasm"));
    const sound = textOf(plain);
    plain[plain.indexOf(Buffer.from(Float32Array.of(0.693147004).buffer)) + 2] ^= 0x40; // ln 2 in assembly/exp.ts
    const bundle = codeOf(path);
    if (!bundle.includes(sound)) throw new Error("the bundle does not hold rows.wasm");
    writeFileSync(
      path,
      bundle.replace(sound, () => textOf(plain)),
    ); // the relaxed one is a delta of it
    writeFileSync(
      join(folder, "use.cjs"),
      `const ${NAMES} = require("softmax-wasm");${USE}
const runtime = createRuntime();
runtime.softmax([1]);
for (const { family, reason } of runtime.rejected) console.log(family, reason);`,
    );
    const [, ...reasons] = execute(process.execPath, ["use.cjs"], folder).trim().split("\n");
    if (!reasons.at(-1)?.startsWith("rows self-test: ")) throw new Error(`rejected: ${reasons.join("; ")}`);
    return reasons.at(-1);
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
