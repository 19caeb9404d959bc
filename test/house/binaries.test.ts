/** The embedded binaries: they are what asc wrote, they lie beside each other in memory, and an engine is asked before they are read. */
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ATTENTION_DATA, HEAP_BASE, ROWS_DATA, SPARSE_DATA, VOCABULARY_DATA } from "../../assembly/layout";
import { deltaOf } from "../../scripts/delta.mjs";
import { textOf } from "../../scripts/text.mjs";
import { createRuntime } from "../../src/index";
import type { Binary } from "../../src/kernels";
import { applyDelta } from "../../src/wasm/delta";
import { embeddedBinary, instantiate, newMemory } from "../../src/wasm/index";
import { EXPORTS } from "../../src/wasm/modules";
import { bytesOf } from "../../src/wasm/text";
import { BACKENDS } from "../judge/backends";
import { FAMILIES, SOURCES } from "../judge/engines";
import { random } from "../judge/random.mjs";

const built = (name: string): Buffer<ArrayBuffer> => readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url));

describe.each(FAMILIES)("the embedded binaries of %s", (family) => {
  const binary = SOURCES[family].binary as Binary;

  it("are what asc wrote, byte for byte", () => {
    expect(Buffer.compare(embeddedBinary("wasm", binary), built(family))).toBe(0);
    expect(Buffer.compare(embeddedBinary("wasm-relaxed", binary), built(`${family}-relaxed`))).toBe(0);
  });

  it("are text that no bundler and no page has to escape", () => {
    for (const text of [binary.text, binary.delta]) expect(text).toMatch(/^[ !#%&(-;=-[\]^_a-~]+$/);
  });

  it("export what a module of the family is told by", () => {
    const exported = WebAssembly.Module.exports(new WebAssembly.Module(built(family))).map(({ name }) => name);
    expect(exported.filter((name) => name !== "memory" && name !== "relaxed").sort()).toEqual(
      [...EXPORTS[family]].sort(),
    );
    const kernels = SOURCES[family].twin?.(new ArrayBuffer(65536));
    expect(Object.keys(kernels as object).sort()).toEqual([...EXPORTS[family]].sort());
  });

  it("keep their static data to themselves", () => {
    const starts = [ROWS_DATA, SPARSE_DATA, ATTENTION_DATA, VOCABULARY_DATA, HEAP_BASE];
    const at = FAMILIES.indexOf(family);
    for (const backend of BACKENDS) {
      if (backend === "js") continue;
      const memory = newMemory(65536);
      const bytes = new Uint8Array(memory.buffer);
      bytes.fill(0xa5);
      instantiate(new WebAssembly.Module(embeddedBinary(backend, binary)), memory);
      const touched = [...bytes.keys()].filter((i) => bytes[i] !== 0xa5);
      expect(touched[0]).toBeGreaterThanOrEqual(starts[at]);
      expect(touched.at(-1)).toBeLessThan(starts[at + 1]);
    }
  });
});

describe("text", () => {
  it("is every byte, in any order", () => {
    const next = random(1);
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    for (const bytes of [all, all.slice().reverse(), Uint8Array.from({ length: 999 }, () => 256 * next())]) {
      expect([...bytesOf(textOf(Buffer.from(bytes)), bytes.length)]).toEqual([...bytes]);
    }
    expect([...bytesOf("", 0)]).toEqual([]);
  });
});

describe("a delta", () => {
  const next = random(2);
  const some = (n: number): Buffer => Buffer.from(Uint8Array.from({ length: n }, () => 4 * next()));
  const pairs: [string, Buffer, Buffer][] = [];
  const plain = some(5000);
  pairs.push(["the same", plain, plain]);
  pairs.push(["nothing of nothing", Buffer.alloc(0), Buffer.alloc(0)]);
  pairs.push(["nothing", plain, Buffer.alloc(0)]);
  pairs.push(["something of nothing", Buffer.alloc(0), plain]);
  pairs.push(["halves exchanged", plain, Buffer.concat([plain.subarray(2500), plain.subarray(0, 2500)])]);
  pairs.push(["more at the end", plain, Buffer.concat([plain, Buffer.from("more")])]);
  pairs.push(["more at the front", plain, Buffer.concat([Buffer.from("more"), plain])]);
  const changed = Buffer.from(plain);
  for (let i = 0; i < 100; i++) changed[Math.floor(5000 * next())] ^= 0xff;
  pairs.push(["a hundred bytes changed", plain, changed]);
  pairs.push(["something else", plain, some(300)]);

  it.each(pairs)("makes one of the other: %s", (_, from, to) => {
    const delta = deltaOf(from, to);
    expect(Buffer.compare(applyDelta(from, delta, to.length), to)).toBe(0);
  });

  it("is short where little has changed", () => {
    expect(deltaOf(plain, plain).length).toBeLessThan(8);
    expect(deltaOf(plain, changed).length).toBeLessThan(600);
  });
});

describe("an engine that lacks the instructions", () => {
  const before = WebAssembly.validate;
  const sizes: number[] = [];
  const without = (lacks: (bytes: Uint8Array) => boolean) =>
    vi.spyOn(WebAssembly, "validate").mockImplementation((source) => {
      const bytes = source as Uint8Array<ArrayBuffer>;
      sizes.push(bytes.length);
      return !lacks(bytes) && before(bytes);
    });
  afterEach(() => vi.restoreAllMocks());

  it("is told by a module of a few bytes: relaxed SIMD", () => {
    without((bytes) => bytes.includes(0x85));
    const runtime = createRuntime();
    expect(runtime.backend).toBe("wasm");
    expect(runtime.rejected).toEqual([
      { backend: "wasm-relaxed", reason: "this engine has no WebAssembly relaxed SIMD" },
    ]);
    expect(Math.max(...sizes)).toBeLessThan(50);
  });

  it("is told by a module of a few bytes: any SIMD", () => {
    without(() => true);
    const runtime = createRuntime();
    expect(runtime.backend).toBe("js");
    expect(runtime.rejected).toEqual([
      { backend: "wasm-relaxed", reason: "this engine has no WebAssembly relaxed SIMD" },
      { backend: "wasm", reason: "this engine has no WebAssembly SIMD" },
    ]);
  });

  it("is asked by modules that are well formed", () => {
    const asked: Uint8Array<ArrayBuffer>[] = [];
    vi.spyOn(WebAssembly, "validate").mockImplementation((source) => {
      asked.push(source as Uint8Array<ArrayBuffer>);
      return false;
    });
    createRuntime();
    vi.restoreAllMocks();
    expect(asked.map((bytes) => WebAssembly.validate(bytes))).toEqual([BACKENDS.includes("wasm-relaxed"), true]);
  });
});
