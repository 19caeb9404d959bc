// Commands that are waited for.
import { spawnSync } from "node:child_process";

const windows = process.platform === "win32";

/** @returns what it printed  @throws {Error} with all that it printed, when it does not end with 0 */
export function execute(command, args, cwd = ".", variables = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...variables },
    timeout: 300_000,
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(error?.message ?? `${command} ended with ${status}\n${stdout}${stderr}`);
  return { stdout, stderr };
}

export function npm(args, cwd) {
  if (!windows) return execute("npm", args, cwd);
  return execute(process.env.ComSpec ?? "cmd.exe", ["/d", "/s", "/c", "npm.cmd", ...args], cwd);
}
