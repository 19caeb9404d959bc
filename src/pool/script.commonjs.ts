declare const module: { readonly filename?: string };

/** script.ts in the CommonJS build, which has no import.meta: tsup.config.ts puts it there. */
export function workerScript(): URL | string | undefined {
  return module.filename?.replace(/[^/\\]*$/, "pool-worker.cjs"); // a bundler's module has no name
}
