/** @returns where the script of a pool's workers is; undefined in a bundle that does not know where it is itself */
export function workerScript(): URL | string | undefined {
  if (import.meta.url === undefined) return undefined;
  // as it stands here, bundlers know it for a file that belongs to the app
  return new URL("./pool-worker.js", import.meta.url);
}
