// node scripts/playground.mjs [--serve] [FOLDER]
//
// Builds playground/ into a static folder, playground/dist unless another is given. With --serve it is served until Ctrl-C.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { execute } from "./execute.mjs";
import { fetched } from "./fetched.mjs";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { serve: { type: "boolean" } } });
const folder = resolve(positionals[0] ?? "playground/dist");
const { devDependencies } = JSON.parse(readFileSync("playground/package.json", "utf8"));
const vite = `${fetched("playground", devDependencies)}node_modules/vite/bin/vite.js`;
const config = ["--config", "playground/vite.config.mjs", "--outDir", folder];

const { stdout, stderr } = execute(process.execPath, [vite, "build", ...config]);
console.log(stdout + stderr);
if (values.serve) spawn(process.execPath, [vite, "preview", ...config], { stdio: "inherit" });
