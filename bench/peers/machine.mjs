/** The machine in words. A cloud's processors share one name: what tells them apart is the family. */
import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";

const LINUX = "/proc/cpuinfo";

export function machine() {
  const [, family] = (existsSync(LINUX) && readFileSync(LINUX, "utf8").match(/^cpu family\s*: (\d+)$/m)) || [];
  const model = `${cpus()[0].model}${family === undefined ? "" : ` of family ${family}`}`;
  return `${model}, ${cpus().length} cores, ${process.platform} ${process.arch}`;
}
