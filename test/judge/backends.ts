/** Which engine this is, and the backends that it must have. */
import { inject } from "vitest";
import { type Backend, createRuntime, type Runtime } from "../../src/index";

const RELAXED: readonly Backend[] = ["wasm-relaxed", "wasm", "js"];
const SIMD: readonly Backend[] = ["wasm", "js"];

/** By name, not by detection of features: a backend that does not load fails the suite, and so does one too many. */
const ENGINES: [engine: RegExp, backends: readonly Backend[]][] = [
  [/^Node 2[01]$/, SIMD],
  [/^Node /, RELAXED],
  [/^Bun$/, RELAXED],
  [/^Deno$/, RELAXED],
  [/^Chromium$/, RELAXED],
  [/^Firefox$/, RELAXED],
  [/^WebKitGTK$/, SIMD],
];

interface Host {
  Bun?: object;
  Deno?: object;
  process?: { versions?: { node?: string } };
  navigator: { userAgent: string };
}

function engineName(): string {
  const { Bun, Deno, process, navigator } = globalThis as unknown as Host;
  if (Bun) return "Bun"; // it and Deno have a process too, and say which Node they are like
  if (Deno) return "Deno";
  if (process?.versions?.node) return `Node ${process.versions.node.split(".")[0]}`;
  const { userAgent } = navigator;
  if (userAgent.includes("Firefox/")) return "Firefox";
  if (userAgent.includes("Chrome/")) return "Chromium"; // which says AppleWebKit as well
  return userAgent.includes("AppleWebKit/") ? "WebKitGTK" : userAgent;
}

function backendsOf(engine: string): readonly Backend[] {
  const row = ENGINES.find(([pattern]) => pattern.test(engine));
  if (row === undefined) throw new Error(`${engine} has no row in test/judge/backends.ts`);
  return row[1];
}

export const ENGINE: string = engineName();
/** Without fused multiply-add one backend computes other bits; Node 24 itself tests the others. */
const UNFUSED: readonly Backend[] = ["wasm-relaxed"];
export const BACKENDS: readonly Backend[] = inject("engine")?.endsWith("unfused") ? UNFUSED : backendsOf(ENGINE);

const runtimes = new Map<Backend, Runtime>();

export function runtimeOf(backend: Backend): Runtime {
  let runtime = runtimes.get(backend);
  if (runtime === undefined) {
    runtime = createRuntime({ backend });
    runtimes.set(backend, runtime);
  }
  return runtime;
}
