/** script.ts in the CommonJS build, which has no import.meta: tsup.config.ts puts it there. */
import { noScript } from "./errors";

declare const module: { readonly filename?: string };

export function workerScript(): URL | string {
  const { filename } = module;
  if (filename === undefined) throw noScript(); // a bundler's module
  return filename.replace(/[^/\\]*$/, "pool-worker.cjs");
}
