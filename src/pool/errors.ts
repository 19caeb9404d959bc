/** Errors that are about the pool and not about an argument: they are told by their name. */

function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

/** A call whose worker is gone, or silent: its outputs hold anything, the pool works on. */
export const workerError = (fn: string, reason: string): Error =>
  named("WorkerError", `${fn}: a worker was lost that held a part of this call: ${reason}`);

export const closedError = (fn: string): Error => named("PoolClosedError", `${fn}: the pool is closed`);
