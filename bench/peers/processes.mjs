/** contender.mjs in a process, and one script after the other in fresh ones. */
import { fork, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("contender.mjs", import.meta.url));
/** A contender that has not answered by then is given up. */
const PATIENCE_MS = 120_000;

/** @returns ask(action, …args), which gives { value }, { unsupported } or { failed }, and close() */
export function open(id, execPath) {
  const child = fork(SCRIPT, [id], { execPath, serialization: "advanced", stdio: ["ignore", "ignore", "pipe", "ipc"] });
  let printed = "";
  child.stderr.on("data", (text) => {
    printed = `${printed}${text}`.slice(-2000);
  });
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  const ask = (action, ...args) =>
    new Promise((resolve) => {
      const answer = (message) => {
        clearTimeout(timer);
        child.off("exit", gone).off("message", answer);
        resolve(message);
      };
      const gone = () => answer({ failed: `its process ended with ${child.exitCode ?? child.signalCode}: ${printed}` });
      const timer = setTimeout(() => {
        child.kill("SIGKILL");
        answer({ failed: `no answer within ${PATIENCE_MS / 1000} s` });
      }, PATIENCE_MS);
      if (ended()) gone();
      else child.on("exit", gone).on("message", answer).send({ action, args });
    });
  return { ask, close: () => child.kill("SIGKILL") };
}

/** A script that prints JSON last. @returns what it printed, or why it does not run */
export function printed(binary, args) {
  const { status, stdout, stderr, signal } = spawnSync(binary, args, {
    encoding: "utf8",
    timeout: PATIENCE_MS,
    maxBuffer: Infinity,
  });
  if (status !== 0) return { failed: `${signal ?? status}: ${stderr.slice(-2000)}` };
  return JSON.parse(stdout.trim().split("\n").at(-1));
}
