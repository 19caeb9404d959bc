// Hermes, React Native's engine, and Metro with React Native's Babel preset, which bundles for it, from npm in .cache/. The
// preset is needed: Hermes takes no private names (1.0 neither), 0.12 no classes, and the package has them.
import { readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execute } from "../../../scripts/execute.mjs";
import { fetched } from "../../../scripts/fetched.mjs";

/** Metro and the preset: the newest that take Node 20. Hermes: the newest whose virtual machine is on npm for this kind of machine. */
export const VERSIONS = {
  "@babel/core": "7.29.13",
  "@babel/runtime": "7.29.15",
  "@react-native/babel-preset": "0.83.1",
  "@react-native/metro-babel-transformer": "0.83.1",
  "hermes-engine-cli": "0.12.0",
  metro: "0.83.3",
};
const PROGRAMS = { linux: "linux64-bin/hermes", darwin: "osx-bin/hermes", win32: "win64-bin/hermes.exe" };

/**
 * Bundles `entry` of a project as a React Native app is bundled.
 *
 * @param packageExports  whether Metro goes by the "exports" of packages, which it did not by default before 0.82
 * @returns               the bundle
 */
export function metro(project, entry, packageExports) {
  const packages = realpathSync(join(fetched("hermes", VERSIONS), "node_modules"));
  const root = realpathSync(project);
  const config = {
    projectRoot: root,
    watchFolders: [root, packages],
    resolver: {
      sourceExts: ["js", "json", "mjs", "cjs"],
      nodeModulesPaths: [packages],
      unstable_enablePackageExports: packageExports,
    },
    transformer: { babelTransformerPath: join(packages, "@react-native/metro-babel-transformer/src/index.js") },
    cacheStores: [],
    maxWorkers: 1,
  };
  writeFileSync(join(root, "metro.config.cjs"), `module.exports = ${JSON.stringify(config)};`);
  const bundle = join(root, "bundle.js");
  const program = join(packages, "metro/src/cli.js");
  const args = ["build", entry, "--out", bundle, "--platform", "android", "--dev", "false", "--minify", "false"];
  execute(process.execPath, [program, ...args, "--config", "metro.config.cjs"], root);
  return readFileSync(bundle, "utf8");
}

/** @returns what the scripts, one after the other, print in Hermes */
export function hermes(project, ...scripts) {
  const program = PROGRAMS[process.platform];
  if (program === undefined) throw new Error(`there is no Hermes for ${process.platform} on npm`);
  const file = join(project, "hermes.js");
  writeFileSync(file, scripts.join("\n"));
  const binary = join(fetched("hermes", VERSIONS), "node_modules/hermes-engine-cli", program);
  return execute(binary, ["-w", file], project).stdout;
}
