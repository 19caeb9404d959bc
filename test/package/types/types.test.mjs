/** The packed package's types in projects of others: TypeScript old and new, every moduleResolution, with and without DOM. */
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, it } from "vitest";
import { execute } from "../../../scripts/execute.mjs";
import { fetched } from "../../../scripts/fetched.mjs";
import { bareProject } from "../project.mjs";

const TYPESCRIPT = ["5.0.4", "5.9.3", "6.0.3", "7.0.2"];
const VERSIONS = {
  "@cloudflare/workers-types": "5.20261117.1",
  "@types/node": "20.19.43",
  "expect-type": "1.4.0",
  ...Object.fromEntries(TYPESCRIPT.map((version) => [`typescript-${version}`, `npm:typescript@${version}`])),
};

const RESOLUTIONS = [
  ["node16", "node16"],
  ["nodenext", "nodenext"],
  ["bundler", "esnext"],
];
/** What declares the globals, and whether WebAssembly is among them. */
const LIBS = [
  { name: "ES2022 alone", lib: ["ES2022"], types: [], has: false },
  { name: "DOM", lib: ["ES2022", "DOM"], types: [], has: true },
  { name: "a web worker", lib: ["ES2022", "WebWorker"], types: [], has: true },
  { name: "workerd", lib: ["ES2022"], types: ["@cloudflare/workers-types"], has: true },
  { name: "Node's types", lib: ["ES2022"], types: ["node"], has: false },
];

/** Of our own version every combination, of the others those that differ most. */
const OURS = "5.9.3";
const COMBINATIONS = TYPESCRIPT.flatMap((version) =>
  RESOLUTIONS.flatMap(([resolution, module]) =>
    (version === OURS ? LIBS : LIBS.slice(0, 2)).map((globals) => ({ version, resolution, module, ...globals })),
  ),
);

/** What knows no "exports" yet; TypeScript 7 has it no more. */
const NODE10 = TYPESCRIPT.filter((version) => Number.parseInt(version, 10) < 7).map((version) => ({
  version,
  resolution: "node10",
  module: "commonjs",
  ...LIBS[0],
}));

/** From here on TypeScript's DOM tells buffers apart. */
const tellsBuffersApart = (version) => Number.parseFloat(version) >= 5.9;

/** What consumers of a pool have, by what declares the globals. */
const POOLS = {
  DOM: ["poolWithSignal.mts", "poolInPage.mts"],
  "a web worker": ["poolWithSignal.mts", "poolInPage.mts"],
  workerd: ["poolWithSignal.mts"],
  "Node's types": ["poolWithSignal.mts", "poolInNode.mts"],
};

function filesOf({ version, resolution, module, name, has }) {
  if (resolution === "node10") return ["node10.mts"];
  const consumers = module === "esnext" ? ["consumer.mts"] : ["consumer.mts", "consumer.cts"]; // require() is not of esnext
  const dom = name === "DOM" && tellsBuffersApart(version) ? ["withDom.mts"] : [];
  return [...consumers, ...dom, has ? "withModule.mts" : "withoutModule.mts", "pool.mts", ...(POOLS[name] ?? [])];
}

const config = ({ version, resolution, module, name, lib, types, has }) => ({
  compilerOptions: {
    target: "ES2022",
    module,
    moduleResolution: resolution,
    lib,
    types,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    ...(version.startsWith("6.") && resolution === "node10" ? { ignoreDeprecations: "6.0" } : {}),
  },
  files: filesOf({ version, resolution, module, name, has }),
});

let tools;
let project;
beforeAll(() => {
  tools = join(fetched("types", VERSIONS), "node_modules");
  project = bareProject("test/package/types");
  symlinkSync(tools, join(project, "../node_modules"), "junction");
});

const titled = [...COMBINATIONS, ...NODE10].map((one) => [one.version, one.resolution, one.name, one]);

it.each(titled)("TypeScript %s, %s, %s", (version, _resolution, _name, combination) => {
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify(config(combination)));
  execute(process.execPath, [join(tools, `typescript-${version}/bin/tsc`), "-p", "."], project);
});
