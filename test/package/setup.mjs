// Once before the tests of this folder: builds and packs the package, and installs it into a bare project as its users do.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { relaxedNode } from "../../scripts/engines.mjs";
import { npm } from "../../scripts/execute.mjs";

/** What it provides is described in provided.d.ts. @returns what removes it */
export default function setup({ provide }) {
  npm(["run", "build"]);
  const folder = mkdtempSync(join(tmpdir(), "softmax-wasm-"));
  const [{ filename, files }] = JSON.parse(
    npm(["pack", "--json", "--ignore-scripts", "--pack-destination", folder]).stdout,
  );
  const tarball = join(folder, filename);
  const project = join(folder, "project");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "private": true }');
  npm(["install", "--no-audit", "--no-fund", "--no-save", tarball], project);

  provide("project", project);
  provide("tarball", tarball);
  provide(
    "packed",
    files.map(({ path }) => path),
  );
  provide("nodes", [...new Set([process.execPath, relaxedNode()])]);
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
