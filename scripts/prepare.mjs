// npm runs `prepare` and not `prepack` where this repository is a git dependency: so that one is built here. It also runs it
// for an install or a pack in the repository itself, where nothing is to be done: npm has been started in there.
import { execSync } from "node:child_process";
import { isAbsolute, relative } from "node:path";

const path = relative(process.cwd(), process.env.INIT_CWD ?? ".");
const outside = path.startsWith("..") || isAbsolute(path); // absolute: on another drive
if (outside) execSync("npm run build", { stdio: "inherit" });
