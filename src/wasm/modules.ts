/** Binaries that the host compiled, for hosts that forbid compiling from bytes. */
import { isList, kind, listLength, reasonOf, refuseType, refuseValue } from "../check";
import type { Backend, Engine, FamilyName, KernelsOf } from "../kernels";
import { instantiate, newMemory, type WasmBackend } from ".";

/** The exports of each family's binary. By these a module is told from other families' and other versions'. */
export const EXPORTS: { readonly [Name in FamilyName]: readonly (keyof KernelsOf[Name])[] } = {
  rows: [
    "pack16",
    "unpack16",
    "softmax",
    "softmaxRow",
    "logSoftmax",
    "logSoftmaxRow",
    "logSumExp",
    "logSumExpRow",
    "hardmax",
    "entropy",
  ],
  sparse: ["pack16", "unpack16", "scores", "sparsemax", "entmax15", "entmax", "softmax", "hardmax"],
  attention: [
    "pack16",
    "unpack16",
    "attentionStart",
    "attentionPack",
    "attentionTiles",
    "attentionRows",
    "attentionFinish",
    "attentionWeights",
    "mergeAttention",
  ],
  vocabulary: [
    "pack16",
    "unpack16",
    "vocabularyBits",
    "vocabularyMaxima",
    "vocabularyRange",
    "vocabularySum",
    "vocabularyTail",
    "vocabularyHistogram",
    "vocabularyTotal",
    "vocabularyBin",
    "vocabularyGather",
    "vocabularyOrder",
    "vocabularyShares",
    "vocabularyShift",
    "vocabularyCut",
    "vocabularyResidual",
    "vocabularySeek",
    "vocabularyDraw",
  ],
};

const CREATE = "createRuntime";
const MODULE = "module";
const MODULES = "a WebAssembly.Module or a list of them";

/** The names of a module's exports. The engine is asked, because an object can inherit from WebAssembly.Module and be none. */
function exportsOf(module: WebAssembly.Module): string[] {
  try {
    return WebAssembly.Module.exports(module).map(({ name }) => name);
  } catch {
    return refuseType(CREATE, MODULE, MODULES, kind(module));
  }
}

/** The family whose kernels a module has; most of whose kernels it has, if it is of another version. */
function familyOf(module: WebAssembly.Module): FamilyName {
  const names = exportsOf(module);
  const share = (family: FamilyName): number =>
    EXPORTS[family].filter((name) => names.includes(name)).length / EXPORTS[family].length;
  const [family] = (Object.keys(EXPORTS) as FamilyName[]).sort((a, b) => share(b) - share(a));
  const missing = ["relaxed", ...EXPORTS[family]].find((name) => !names.includes(name));
  if (missing !== undefined) {
    refuseValue(
      CREATE,
      MODULE,
      `${family}.wasm or another binary of this version of softmax-wasm`,
      `one without ${missing}`,
    );
  }
  return family;
}

/** More than there are binaries: two of a family are refused by name. */
const MOST_MODULES = 32;

const readModules = (value: unknown): WebAssembly.Module[] => {
  if (!isList(value)) return [value as WebAssembly.Module];
  const modules: WebAssembly.Module[] = [];
  const length = listLength(CREATE, MODULE, value, MODULES, MOST_MODULES);
  for (let i = 0; i < length; i++) modules.push(value[i] as unknown as WebAssembly.Module);
  return modules;
};

/**
 * @param value    the caller's `module`: a module, or a list of them
 * @param backend  the caller's `backend`
 * @throws {TypeError}  something in it is no WebAssembly.Module
 * @throws {RangeError} not binaries of this version, two of a family, of two backends or of another than was asked for, or none
 * @throws {Error}      one does not run on this host
 */
export function moduleEngine(value: unknown, backend: "auto" | Backend, bytes: number): Engine {
  const modules = readModules(value);
  if (modules.length === 0) refuseValue(CREATE, MODULE, "a binary of this package", "an empty list");
  const families = modules.map(familyOf);
  if (backend === "js") refuseValue(CREATE, MODULE, 'none with backend "js"', "a WebAssembly.Module");
  const twice = families.find((family, i) => families.indexOf(family) < i);
  if (twice !== undefined) refuseValue(CREATE, MODULE, "one binary of each family", `two of "${twice}"`);
  const memory = newMemory(bytes);
  const kernels = new Map<FamilyName, WebAssembly.Exports>();
  const backends = modules.map((module, i): WasmBackend => {
    try {
      const exports = instantiate(module, memory);
      kernels.set(families[i], { ...exports });
      return (exports.relaxed as WebAssembly.Global).value ? "wasm-relaxed" : "wasm";
    } catch (error) {
      throw new Error(
        `${CREATE}: "${MODULE}" expected one that runs right on this host, got one that does not (${reasonOf(error)})`,
      );
    }
  });
  const wanted = backend === "auto" ? backends[0] : backend;
  const other = backends.find((found) => found !== wanted);
  if (other !== undefined) {
    refuseValue(CREATE, MODULE, `the binary of backend "${wanted}"`, `that of "${other}"`);
  }
  return {
    backend: wanted,
    buffer: memory.buffer as ArrayBuffer,
    memory,
    kernels(name) {
      const found = kernels.get(name);
      if (found !== undefined) return found as unknown as KernelsOf[typeof name];
      throw new Error(`none is ${name}.wasm or ${name}-relaxed.wasm`);
    },
  };
}
