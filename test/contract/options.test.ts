/** Which options a function takes: its own names, as own properties of an object; nothing is ignored in silence. */
import { afterEach, describe, expect, it } from "vitest";
import { createRuntime, type Runtime } from "../../src/index";
import * as jsDoor from "../../src/js";
import { multinomialSampler } from "../../src/transformers";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { type Arrays, argumentsOf, copies, EVERY_CALL, run, written } from "../judge/everyCall";
import { foreign } from "../judge/realm";
import { expectError, floatsFree, revoked } from "../judge/refusal";

const FLOATS = 24;
const X = Float32Array.of(1, 2, 3, 4, 5, 6);

/** Wrong names of options, as other libraries have them or as slips, and the option that the error must suggest; "" for none. */
const MEANT: [fn: keyof Runtime, wrong: string, right: string][] = [
  ["softmax", "dim", "axis"],
  ["softmax", "dims", "shape"],
  ["softmax", "Axis", "axis"],
  ["logSumExp", "temperatur", "temperature"],
  ["logSoftmax", "masks", "mask"],
  ["entropy", "dim", "axis"],
  ["entropy", "temp", "temperature"],
  ["entmax", "alhpa", ""],
  ["sample", "top_p", "topP"],
  ["sample", "top_k", "topK"],
  ["sample", "min_p", "minP"],
  ["sample", "k", "topK"],
  ["sample", "seed", ""],
  ["topK", "axis", ""],
  ["topK", "logit_bias", "bias"],
  ["sample", "repetition_penalty", "penalties"],
  ["sample", "frequencyPenalty", "penalties"],
  ["sample", "min_tokens_to_keep", "minKeep"],
  ["truncate", "random", ""],
  ["logProbs", "ignore_index", "ignore"],
  ["verifyDraft", "draftLogits", "draft"],
  ["verifyDraft", "draft_options", "draftOptions"],
  ["verifyDraft", "top_p", "topP"],
  ["attention", "is_causal", "causal"],
  ["attention", "isCausal", "causal"],
  ["attention", "numHeads", "heads"],
  ["attention", "num_heads", "heads"],
  ["attention", "numKvHeads", "kvHeads"],
  ["attention", "head_dim", "headDim"],
  ["attention", "attn_mask", "mask"],
  ["mergeAttention", "value_dim", "valueDim"],
];

const POLLUTION = [
  ...["shape", "axis", "temperature", "mask", "out", "dtype", "support", "alpha"],
  ...["topK", "topP", "minP", "random", "mass"],
  ...[
    "minKeep",
    "temperatureLast",
    "penalties",
    "ignore",
    "draft",
    "draftOptions",
    "tokens",
    "values",
    "promptLength",
    "repetition",
    "presence",
  ],
  ...[
    "heads",
    "kvHeads",
    "batch",
    "headDim",
    "valueDim",
    "scale",
    "causal",
    "window",
    "queryOffset",
    "softcap",
    "layout",
  ],
  ...[
    "bias",
    "biasShape",
    "maskShape",
    "alibi",
    "sinks",
    "keyLengths",
    "lse",
    "weights",
    "backend",
    "heapBytes",
    "module",
  ],
];
const pollute = (name: string): unknown =>
  Object.defineProperty(Object.prototype, name, { value: 7, configurable: true, enumerable: true });
const clean = (name: string): unknown => Reflect.deleteProperty(Object.prototype, name);
afterEach(() => POLLUTION.forEach(clean));

describe.each(BACKENDS)("options on %s", (backend) => {
  const runtime = runtimeOf(backend);

  describe.each(EVERY_CALL.map((call) => [call.name, call] as const))("%s", (name, call) => {
    const bits = (arrays: Arrays) =>
      Object.entries(arrays).map(([key, v]) => [key, [...new Uint8Array(v.buffer, v.byteOffset, v.byteLength)]]);
    const resultOf = (arrays: Arrays, args = argumentsOf(call, arrays, FLOATS)) =>
      bits(written(call, arrays, run(runtime, call, args)));
    /** The call with other options, made of the good ones. */
    const withOptions = (arrays: Arrays, change: (good: object) => unknown): unknown[] => {
      const args = argumentsOf(call, arrays, FLOATS);
      return [...args.slice(0, -1), change(args[args.length - 1] as object)];
    };
    const refused = (change: (good: object) => unknown, message: RegExp): void => {
      const again = call.arrays(FLOATS);
      const right = resultOf(copies(again));
      const arrays = call.arrays(FLOATS);
      const before = bits(arrays);
      const free = floatsFree(runtime);
      const args = withOptions(arrays, change);
      expect(() => run(runtime, call, args)).toThrow(
        expect.objectContaining({ name: "TypeError", message: expect.stringMatching(message) }),
      );
      expect(bits(arrays)).toEqual(before);
      expect(floatsFree(runtime)).toBe(free);
      expect(resultOf(copies(again))).toEqual(right);
    };

    it.each(["dim", "isCausal", "foo", "0", "constructor", "__proto__x"])("refuses %s", (option) => {
      const message = new RegExp(`^${name}: "${option}" is no option.*, expected one of \\w+`);
      for (const value of [1, undefined]) refused((good) => ({ ...good, [option]: value }), message);
      refused((good) => Object.defineProperty({ ...good }, option, { enumerable: true, get: () => 1 }), message);
    });

    it("refuses what is inherited from anything but Object.prototype", () => {
      refused(
        (good) => Object.create(good),
        new RegExp(`^${name}: "\\w+" expected as the options' own property, got an inherited one$`),
      );
      class Options {
        declare temperature: number;
        get temperatures(): number {
          return 1;
        }
      }
      Object.defineProperty(Options.prototype, "foo", { enumerable: true, value: 1 });
      refused((good) => Object.assign(new Options(), good), new RegExp(`^${name}: "foo" expected as the options' own`));
    });

    it("takes an object without a prototype, of a class, of another realm", () => {
      const arrays = call.arrays(FLOATS);
      const want = resultOf(copies(arrays));
      const bare = (good: object): object => Object.assign(Object.create(null), good);
      const classed = (good: object): object => Object.assign(new (class Settings {})(), good);
      const another = (good: object): object => Object.assign(new foreign.Object(), good);
      for (const make of [bare, classed, another]) {
        const mine = copies(arrays);
        expect(resultOf(mine, withOptions(mine, make)), make.name).toEqual(want);
      }
    });

    it("ignores what Object.prototype carries", () => {
      const arrays = call.arrays(FLOATS);
      const bare = (): unknown[] => [
        ...call.positional.map((key) => copies(arrays)[key]),
        ...(call.scalars ?? []),
        call.options(FLOATS),
      ];
      const without = bare().slice(0, -1); // of the first five the options are no option, and the last two draw
      const needs = ["mergeAttention", "attention", "entmax", "pack16", "unpack16", "sample", "verifyDraft"].includes(
        name,
      );
      const both = (): unknown[] => [run(runtime, call, bare()), needs ? undefined : run(runtime, call, without)];
      const want = both();
      POLLUTION.forEach(pollute);
      const got = both();
      POLLUTION.forEach(clean);
      expect(got).toEqual(want);
    });

    it("takes a temperature of -0 for 0", () => {
      if (["attention", "mergeAttention", "pack16", "unpack16"].includes(name)) return;
      const arrays = call.arrays(FLOATS);
      const at = (temperature: number) => {
        const mine = copies(arrays);
        return resultOf(
          mine,
          withOptions(mine, (good) => ({ ...good, temperature })),
        );
      };
      expect(at(-0)).toEqual(at(0));
    });

    it("refuses a Proxy that was taken back, an array, a number", () => {
      const wanted = (got: string) => new RegExp(`^${name}: "options" expected an object, got ${got}`);
      refused(revoked, wanted("a revoked Proxy$"));
      refused(() => [], wanted("Array$"));
      refused(() => new Float32Array(FLOATS), wanted("Float32Array$"));
      refused(() => 1, wanted("number 1( \\(did you mean \\{ \\w+: 1 \\}\\?\\))?$"));
    });
  });

  it.each(MEANT)("%s: %s was meant as %s", (name, wrong, right) => {
    const call = EVERY_CALL.find((one) => one.name === name) as (typeof EVERY_CALL)[number];
    const args = argumentsOf(call, call.arrays(FLOATS), FLOATS);
    const options = args.pop() as object;
    const meant = right === "" ? "" : ` \\(did you mean "${right}"\\?\\)`;
    expect(() => run(runtime, call, [...args, { ...options, [wrong]: 1 }])).toThrow(
      new RegExp(`^${name}: "${wrong}" is no option${meant}, expected one of `),
    );
  });
});

describe("options of what makes functions", () => {
  it.each([createRuntime, jsDoor.createRuntime])("createRuntime", (create) => {
    const make = create as (options: object) => Runtime;
    expect(() => make({ heap: 65536 })).toThrow(/^createRuntime: "heap" is no option/);
    expect(() => make({ heapSize: 65536 })).toThrow(/"heapSize" is no option \(did you mean "heapBytes"\?\)/);
    expect(() => make(Object.create({ heapBytes: 65536 }))).toThrow(
      /^createRuntime: "heapBytes" expected as the options' own/,
    );
    expectError(() => make(revoked({})), TypeError, 'createRuntime: "options" expected an object, got a revoked Proxy');
    POLLUTION.forEach(pollute);
    const got = make({ backend: "js" }).softmax(X)[5];
    POLLUTION.forEach(clean);
    expect(got).toBeCloseTo(0.63369, 4);
  });

  it("createRuntime's module is one, not something that inherits from one", () => {
    const message = 'createRuntime: "module" expected a WebAssembly.Module or a list of them, got';
    const module = revoked({}) as WebAssembly.Module;
    expectError(() => createRuntime({ module }), TypeError, `${message} a revoked Proxy`);
    expect(() => createRuntime({ module: Object.create(WebAssembly.Module.prototype) })).toThrow(message);
  });

  it("multinomialSampler refuses unknown options, and lets a generation_config have other fields", () => {
    expect(() => multinomialSampler({}, { seed: 3 } as object)).toThrow(/^multinomialSampler: "seed" is no option/);
    expect(() => multinomialSampler({}, Object.create({ random: () => 0.5 }))).toThrow(
      /"random" expected as the options' own/,
    );
    expect(() => multinomialSampler({ bos_token_id: 1, temperature: 0.5, max_length: 9 } as object)).not.toThrow();
    expect(() => multinomialSampler(Object.create({ temperature: 0.5 }))).toThrow(
      /"temperature" expected as the options' own/,
    );
    expect(() => multinomialSampler(revoked({}))).toThrow(
      'multinomialSampler: "generation_config" expected an object, got a revoked Proxy',
    );
  });
});
