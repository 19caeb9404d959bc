// workerd, which runs Cloudflare's workers, and wrangler, which bundles them, from npm in .cache/.
import { spawn } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { execute } from "../../../scripts/execute.mjs";
import { fetched } from "../../../scripts/fetched.mjs";

/** wrangler: the newest that takes Node 20. It brings a workerd of its own, which is not the one that is run. */
export const VERSIONS = { workerd: "1.20261117.1", wrangler: "4.86.0" };
const PLATFORMS = {
  "linux-x64": "linux-64",
  "linux-arm64": "linux-arm64",
  "darwin-x64": "darwin-64",
  "darwin-arm64": "darwin-arm64",
  "win32-x64": "windows-64",
};

/** What the worker of a capnp file answers to GET /. @throws {Error} with what workerd said, when it does not start */
export async function askWorkerd(config) {
  const require = createRequire(fetched("workerd", VERSIONS));
  const name = `@cloudflare/workerd-${PLATFORMS[`${process.platform}-${process.arch}`]}`;
  const binary = require.resolve(`${name}/bin/workerd${process.platform === "win32" ? ".exe" : ""}`);
  const server = spawn(binary, ["serve", basename(config), "--control-fd=3"], {
    cwd: dirname(config),
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  try {
    return await new Promise((resolve, reject) => {
      let said = "";
      const fail = (reason) => reject(new Error(`${reason}\n${said}`));
      for (const stream of [server.stdout, server.stderr]) stream.on("data", (data) => (said += data));
      server.on("error", reject);
      server.on("exit", (code) => fail(`workerd ended with ${code}`));
      setTimeout(() => fail("workerd did not answer for a minute"), 60_000).unref();
      let events = "";
      server.stdio[3].on("data", (data) => {
        events += data;
        const port = events.match(/"port":\s*(\d+)/)?.[1];
        if (port === undefined) return;
        fetch(`http://127.0.0.1:${port}/`)
          .then(async (response) => (response.ok ? resolve(await response.text()) : fail(await response.text())))
          .catch((error) => fail(error.message));
      });
    });
  } finally {
    server.removeAllListeners("exit");
    server.kill();
  }
}

/** Bundles a worker, NAME.mjs, as `wrangler deploy` does, without deploying it. @returns a capnp file for askWorkerd */
export function wrangle(name, folder) {
  const wrangler = join(fetched("workerd", VERSIONS), "node_modules/wrangler/bin/wrangler.js");
  const out = join(folder, "wrangled", name);
  const args = ["deploy", `${name}.mjs`, "--dry-run", "--outdir", out, "--name", name];
  execute(process.execPath, [wrangler, ...args, "--compatibility-date", "2026-11-01"], folder, {
    WRANGLER_SEND_METRICS: "false",
  });
  const wasm = readdirSync(out).filter((file) => file.endsWith(".wasm"));
  const modules = [
    `(name = "worker.js", esModule = embed "${name}.js")`,
    ...wasm.map((file) => `(name = "${file}", wasm = embed "${file}")`),
  ];
  const config = join(out, "workerd.capnp");
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (compatibilityDate = "2026-11-01", modules = [${modules.join(", ")}]);
`,
  );
  return config;
}
