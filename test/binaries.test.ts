/** The embedded binaries: they are what asc wrote, and they reach the engine on hosts with Buffer and without. */
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createRuntime } from "../src/index";
import { embeddedBinary } from "../src/wasm";
import { decodeByHand } from "../src/wasm/base64";
import { unpack } from "../src/wasm/unpack";
import { BACKENDS } from "./backends";
import { random } from "./cases";

afterEach(() => vi.unstubAllGlobals());

describe("base64", () => {
  it("is decoded by hand to the bytes that went in, for every length and every byte", () => {
    const next = random(1);
    for (let n = 0; n < 40; n++) {
      const bytes = Uint8Array.from({ length: n }, () => 256 * next());
      expect([...decodeByHand(Buffer.from(bytes).toString("base64"))]).toEqual([...bytes]);
    }
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect([...decodeByHand(Buffer.from(all).toString("base64"))]).toEqual([...all]);
  });

  it.each([["kernels", "wasm"] as const, ["kernels-relaxed", "wasm-relaxed"] as const])(
    "holds build/%s.wasm, with Buffer and without",
    (name, backend) => {
      const bytes = readFileSync(new URL(`../build/${name}.wasm`, import.meta.url));
      expect(Buffer.compare(embeddedBinary(backend), bytes)).toBe(0);
      vi.stubGlobal("Buffer", undefined);
      const byHand = embeddedBinary(backend);
      vi.unstubAllGlobals();
      expect(byHand.constructor).toBe(Uint8Array);
      expect(Buffer.compare(byHand, bytes)).toBe(0);
    },
  );

  it.each(BACKENDS)("starts %s on a host without Buffer", (backend) => {
    vi.stubGlobal("Buffer", undefined);
    expect(createRuntime({ backend }).backend).toBe(backend);
  });
});

describe("packed bytes", () => {
  const bytes =
    (...packed: number[]) =>
    (length: number) => [...unpack(Uint8Array.from(packed), length)];

  it("are bytes as they are, and copies of earlier ones, also of those being copied", () => {
    expect(bytes(3, 7, 8, 9)(3)).toEqual([7, 8, 9]);
    expect(bytes(3, 7, 8, 9, 4, 3, 1, 5)(8)).toEqual([7, 8, 9, 7, 8, 9, 7, 5]);
    expect(bytes(1, 6, 0x85, 0x01, 1, 1, 5)(135)).toEqual([...new Array(134).fill(6), 5]);
    expect(bytes(0x81, 0x01, ...new Array(129).fill(2), 0x84, 0x01, 0x80, 0x01)(261)).toEqual(new Array(261).fill(2));
  });

  it("are unpacked as far as they are asked for", () => {
    expect(bytes(3, 7, 8, 9, 4, 3, 1, 5)(0)).toEqual([]);
    expect(bytes(3, 7, 8, 9, 4, 3, 1, 5)(2)).toEqual([7, 8]);
    expect(bytes(3, 7, 8, 9, 4, 3, 1, 5)(5)).toEqual([7, 8, 9, 7, 8]);
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
