/** Where the script of a pool's workers is. The CommonJS build has script.commonjs.ts in this file's place. */
import { noScript } from "./errors";

/** @throws {Error} this is in a bundle that does not know where it is itself */
export function workerScript(): URL | string {
  if (import.meta.url === undefined) throw noScript();
  // as it stands here, bundlers know it for a file that belongs to the app
  return new URL("./pool-worker.js", import.meta.url);
}
