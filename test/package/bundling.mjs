// Bundlers, without configuration, on a bare project with the packed package.
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { execute } from "../../scripts/execute.mjs";
import { fetched } from "../../scripts/fetched.mjs";
import { bareProject } from "./project.mjs";

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

/** A bundler's name and version. */
export const title = (tool) => `${tool} ${VERSIONS[tool]}`;

const HTML = '<!doctype html><meta charset="utf-8"><pre id="report">running</pre>';

export class Bundling {
  constructor() {
    this.project = bareProject("test/package/bundlers");
    // above the project, where packages are looked up after its own: the project itself has none but softmax-wasm
    this.tools = join(fetched("bundlers", VERSIONS), "node_modules");
    symlinkSync(this.tools, join(this.project, "../node_modules"), "junction");
    for (const file of ["everything.mjs", "poolReport.mjs", "show.mjs"]) {
      copyFileSync(`test/package/hosts/${file}`, join(this.project, file));
    }
  }

  program(tool) {
    return join(this.tools, TOOLS[tool]);
  }

  run(tool, args) {
    return execute(process.execPath, [this.program(tool), ...args], this.project);
  }

  /** Builds into out/NAME, with a page if the bundler makes none. @returns the folder */
  build(name, tool, args) {
    const { stdout, stderr } = this.run(tool, args);
    expect(stdout + stderr, "what the bundler says").not.toMatch(/warn|\(!\)/i);
    const folder = join(this.project, "out", name);
    const page = join(folder, "index.html");
    if (!existsSync(page)) {
      const kind = tool === "rollup" || args.includes("--format=esm") ? ' type="module"' : "";
      writeFileSync(page, `${HTML}<script${kind} src="main.js"></script>`);
    }
    return folder;
  }

  /** Vite's server, which bundles nothing but dependencies, and those on the first request. @param use  is given its address */
  async served(args, use) {
    const server = spawn(process.execPath, [this.program("vite"), ...args, "--host", "127.0.0.1", "--port", "0"], {
      cwd: this.project,
      env: { ...process.env, NO_COLOR: "1" },
    });
    const said = [];
    for (const stream of [server.stdout, server.stderr]) stream.on("data", (data) => said.push(String(data)));
    try {
      await use(await addressIn(said, server));
      expect(said.join(""), "what vite says").not.toMatch(/warn/i);
    } finally {
      server.kill();
    }
  }
}

/** The address that a server says it listens on. */
async function addressIn(said, server) {
  const address = () => said.join("").match(/http:\/\/127\.0\.0\.1:\d+\//)?.[0];
  await expect
    .poll(
      () => {
        if (server.exitCode !== null) throw new Error(`it ended with ${server.exitCode}\n${said.join("")}`);
        return address();
      },
      { timeout: 60_000, interval: 100, message: "an address" },
    )
    .toBeDefined();
  return address();
}
