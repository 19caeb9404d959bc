// The packed package through bundlers, in a bare project and without configuration: how large an app becomes by it, and
// Chromium runs what they make.
// Needs a build. The last line counts: "N passed, N failed".
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { check, checking, judge } from "./checks.mjs";
import { execute } from "./execute.mjs";
import { fetched } from "./fetched.mjs";
import { launch, reportsOf } from "./launch.mjs";
import { bareProject } from "./project.mjs";
import { serve } from "./serve.mjs";

const VERSIONS = {
  "@rollup/plugin-node-resolve": "16.0.3", // without it rollup finds no package at all
  esbuild: "0.28.2",
  rollup: "4.68.7",
  vite: "8.3.8",
  webpack: "5.112.2",
  "webpack-cli": "7.3.1",
};
const TOOLS = {
  esbuild: "esbuild/bin/esbuild",
  rollup: "rollup/dist/bin/rollup",
  vite: "vite/bin/vite.js",
  webpack: "webpack/bin/webpack.js",
};

const PAGE = ["wasm-relaxed", "js"]; // of page.mjs and page.cjs
const WITH_WORKER = [...PAGE, "wasm-relaxed"];
const BUILDS = [
  ["vite", "vite", ["build", "--outDir", "out/vite"], WITH_WORKER],
  ["webpack", "webpack", ["./workers.mjs", "--mode", "production", "-o", "out/webpack"], WITH_WORKER],
  ["webpack-development", "webpack", ["./page.mjs", "--mode", "development", "-o", "out/webpack-development"], PAGE],
  ["webpack-cjs", "webpack", ["./page.cjs", "--mode", "production", "-o", "out/webpack-cjs"], PAGE],
  ["webpack-js", "webpack", ["./jsOnly.mjs", "--mode", "production", "-o", "out/webpack-js"], ["js"]],
  ["esbuild", "esbuild", ["page.mjs", "--bundle", "--outfile=out/esbuild/main.js"], PAGE],
  ["esbuild-minify", "esbuild", ["page.mjs", "--bundle", "--minify", "--outfile=out/esbuild-minify/main.js"], PAGE],
  ["esbuild-cjs", "esbuild", ["page.cjs", "--bundle", "--outfile=out/esbuild-cjs/main.js"], PAGE],
  ["esbuild-js", "esbuild", ["jsOnly.mjs", "--bundle", "--outfile=out/esbuild-js/main.js"], ["js"]],
  ["rollup", "rollup", ["page.mjs", "-p", "node-resolve", "-f", "es", "-o", "out/rollup/main.js"], PAGE],
  ["rollup-js", "rollup", ["jsOnly.mjs", "-p", "node-resolve", "-f", "es", "-o", "out/rollup-js/main.js"], ["js"]],
];

/** What an app of nothing but these imports weighs, bundled and minified: bytes with gzip, of which it must stay below. */
const WEIGHTS = [
  ["softmax", 'export { softmax } from "softmax-wasm";', 15_360],
  ["sample", 'export { sample } from "softmax-wasm";', 21_600],
  ["attention", 'export { attention } from "softmax-wasm";', 24_000],
  ["sparsemax", 'export { sparsemax } from "softmax-wasm";', 30_000],
  ["softmax-wasm", 'export * from "softmax-wasm";', 61_000],
  ["softmax-wasm/js", 'export * from "softmax-wasm/js";', 29_800],
  // a second copy of the kernels would be 40 000
  [
    "softmax-wasm and softmax-wasm/transformers",
    'export * as main from "softmax-wasm"; export * from "softmax-wasm/transformers";',
    65_000,
  ],
  ["softmax-wasm, imported and not used", 'import { softmax } from "softmax-wasm";', 100],
];

const HTML = '<!doctype html><meta charset="utf-8"><pre id="report">running</pre>';

/** The project, and where each tool's program is. */
function bareProjectWithTools() {
  const tools = join(fetched("bundlers", VERSIONS), "node_modules");
  const project = bareProject("test/package/bundlers");
  for (const file of ["everything.mjs", "show.mjs"]) copyFileSync(`test/package/hosts/${file}`, join(project, file));
  // Above the project, where packages are looked up after its own: the project itself has none but softmax-wasm.
  symlinkSync(tools, join(project, "../node_modules"), "junction");
  return { project, program: (tool) => join(tools, TOOLS[tool]) };
}

/** Builds into out/NAME. @returns the folder  @throws {Error} the bundler fails, or warns of anything */
function build({ project, program }, name, tool, args) {
  const { stdout, stderr } = execute(process.execPath, [program(tool), ...args], project);
  if (/warn|\(!\)/i.test(stdout + stderr)) throw new Error(`${name} warns:\n${stdout}${stderr}`);
  const folder = join(project, "out", name);
  const page = join(folder, "index.html");
  if (!existsSync(page)) {
    const kind = tool === "rollup" ? ' type="module"' : "";
    writeFileSync(page, `${HTML}<script${kind} src="main.js"></script>`);
  }
  return folder;
}

/** Bundles an app and weighs it. @throws {Error} it is too heavy */
function weigh({ project, program }, code, limit) {
  writeFileSync(join(project, "app.mjs"), code);
  const args = ["app.mjs", "--bundle", "--minify", "--format=esm", "--outfile=out/app.mjs"];
  execute(process.execPath, [program("esbuild"), ...args], project);
  const app = readFileSync(join(project, "out/app.mjs"));
  const gzipped = gzipSync(app, { level: 9 }).length;
  if (!(gzipped < limit)) throw new Error(`${gzipped} bytes with gzip, expected less than ${limit}`);
  return `${app.length} bytes, ${gzipped} with gzip, ${brotliCompressSync(app).length} with brotli`;
}

function scripts(folder) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".js"))
    .map((file) => readFileSync(join(folder, file), "utf8"));
}

/** What the browser reports of a build, and how large its scripts are. */
async function runBuild(browser, folder, backends) {
  const code = scripts(folder);
  // binaries are long strings without a quote
  if (backends.join() === "js" && code.some((text) => /WebAssembly\.|"[^"'`\\$<\n]{1000,}"/.test(text))) {
    throw new Error("there is WebAssembly in a bundle of softmax-wasm/js alone");
  }
  const server = await serve(folder);
  try {
    const ran = judge(await reportsOf(browser, `${server.address}/index.html`), backends);
    return `${ran}; ${code.reduce((sum, text) => sum + text.length, 0)} bytes`;
  } finally {
    server.stop();
  }
}

/** Vite's server, which bundles nothing but dependencies, and those on the first request. */
async function runViteServer(browser, { project, program }) {
  const server = spawn(process.execPath, [program("vite"), "--host", "127.0.0.1", "--port", "0"], {
    cwd: project,
    env: { ...process.env, NO_COLOR: "1" },
  });
  try {
    let said = "";
    const address = await new Promise((resolve, reject) => {
      for (const stream of [server.stdout, server.stderr]) {
        stream.on("data", (data) => {
          said += data;
          const match = said.match(/http:\/\/127\.0\.0\.1:\d+\//);
          if (match !== null) resolve(match[0]);
        });
      }
      server.on("error", reject);
      server.on("exit", (code) => reject(new Error(`vite ended with ${code}\n${said}`)));
      setTimeout(() => reject(new Error(`vite served nothing for a minute\n${said}`)), 60_000).unref();
    });
    const detail = judge(await reportsOf(browser, address), WITH_WORKER);
    if (/warn/i.test(said)) throw new Error(`vite warns:\n${said}`);
    return detail;
  } finally {
    server.kill();
  }
}

await checking(async () => {
  const bare = bareProjectWithTools();
  const title = (tool) => `${tool} ${VERSIONS[tool]}`;
  for (const [name, code, limit] of WEIGHTS) {
    await check(`${title("esbuild")}, minified: ${name}`, () => weigh(bare, code, limit));
  }
  const browser = await launch("Chromium");
  try {
    for (const [name, tool, args, backends] of BUILDS) {
      await check(`${title(tool)}: ${args.join(" ")}`, () =>
        runBuild(browser, build(bare, name, tool, args), backends),
      );
    }
    await check(`${title("vite")}, its server`, () => runViteServer(browser, bare));
  } finally {
    await browser.close();
  }
});
