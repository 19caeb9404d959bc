// Browsers as they are installed on this machine, started as plain processes on an address. Nothing drives them: a page of
// tests reports by itself.
import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const windows = process.platform === "win32";

export const CHROMIUM = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

// No stop for slow scripts, no page of its own beside ours, and quiet.
const FIREFOX = `
user_pref("dom.max_script_run_time", 0);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.update.enabled", false);
user_pref("extensions.update.enabled", false);
`;

/** The folder that a distribution keeps WebKitGTK's MiniBrowser in, which is not in the PATH. */
function miniBrowsers() {
  const libraries = ["/usr/lib", "/usr/libexec"].filter(existsSync);
  const folders = libraries.flatMap((path) => [path, ...readdirSync(path).map((name) => join(path, name))]);
  return folders.map((folder) => join(folder, "webkit2gtk-4.1", "MiniBrowser"));
}

/** What each needs: binaries, by their Debian packages, the variable that names another one, and where it may be. */
const NEEDS = {
  Chromium: [{ package: "chromium", variable: "CHROMIUM", names: ["chromium", "chromium-browser", "google-chrome"] }],
  Firefox: [{ package: "firefox-esr", variable: "FIREFOX", names: ["firefox-esr", "firefox"] }],
  WebKitGTK: [
    { package: "libwebkit2gtk-4.1-0", variable: "MINIBROWSER", names: [], others: miniBrowsers },
    { package: "xvfb", variable: "XVFB", names: ["Xvfb"] },
  ],
};

function located({ variable, names, others = () => [] }) {
  const named = process.env[variable];
  if (named && !existsSync(named)) throw new Error(`${variable} is ${named}, which does not exist`);
  if (named) return named;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const inPath = folders.flatMap((folder) => names.map((name) => join(folder, windows ? `${name}.exe` : name)));
  return [...inPath, ...others()].find(existsSync);
}

/** With INSTALL_BROWSERS=1, on Debian and as root, what is missing may be installed. */
const mayInstall = () =>
  process.env.INSTALL_BROWSERS === "1" && existsSync("/usr/bin/apt-get") && process.getuid() === 0;

/** @returns the binaries of a browser  @throws {Error} saying what to install */
export function findBrowser(name) {
  const missing = () => NEEDS[name].filter((need) => located(need) === undefined);
  const packages = missing().map((need) => need.package);
  if (packages.length > 0 && mayInstall()) {
    console.log(`installing ${packages.join(" ")}`);
    const apt = (...args) =>
      spawnSync("apt-get", ["-qq", "-o", "DPkg::Lock::Timeout=600", ...args], {
        stdio: ["ignore", "ignore", "inherit"],
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      });
    apt("update");
    apt("install", "-y", "--no-install-recommends", ...packages);
  }
  const still = missing();
  if (still.length === 0) return NEEDS[name].map(located);
  const ways = still.map((need) => `install Debian's ${need.package}, or set ${need.variable} to the binary`);
  throw new Error(`${name} is not here: ${ways.join("; ")}; INSTALL_BROWSERS=1 does so on Debian, as root`);
}

/** A screen that nobody sees, for what has no headless mode. @returns its process and its name */
async function screen(Xvfb) {
  const server = spawn(Xvfb, ["-displayfd", "3", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const display = await new Promise((resolve, reject) => {
    server.stdio[3].once("data", (number) => resolve(`:${String(number).trim()}`));
    server.once("error", reject);
    server.once("exit", (status) => reject(new Error(`Xvfb ended with ${status}`)));
  });
  return { server, display };
}

/** Opens an address with a new, empty profile. What the browser says goes to .cache/NAME.log. @returns how to close it */
export async function openBrowser(name, url) {
  const [binary, Xvfb] = findBrowser(name);
  const profile = mkdtempSync(join(tmpdir(), "softmax-wasm-"));
  mkdirSync(".cache", { recursive: true });
  const log = openSync(`.cache/${name}.log`, "w");
  const started = [];
  const start = (args, env = {}) => {
    const options = { stdio: ["ignore", log, log], env: { ...process.env, ...env }, detached: !windows };
    started.push(spawn(binary, args, options));
  };

  if (name === "Chromium") start([...CHROMIUM, `--user-data-dir=${profile}`, url]);
  if (name === "Firefox") {
    writeFileSync(join(profile, "user.js"), FIREFOX);
    start(["--headless", "--no-remote", "--profile", profile, url]);
  }
  if (name === "WebKitGTK") {
    const { server, display } = await screen(Xvfb);
    started.push(server);
    // WebKitGTK gives pages no SharedArrayBuffer, isolated or not; its engine has it.
    start([url], { DISPLAY: display, HOME: profile, XDG_CACHE_HOME: profile, JSC_useSharedArrayBuffer: "1" });
  }
  closeSync(log);

  const kill = () => {
    for (const child of started) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      // A browser is many processes, and detached they are a group.
      if (windows || child.spawnfile === Xvfb) child.kill();
      else process.kill(-child.pid, "SIGKILL");
    }
  };
  process.once("exit", kill);
  return async () => {
    const ended = started.map((child) => new Promise((resolve) => child.once("exit", resolve)));
    kill();
    await Promise.all(ended);
    process.removeListener("exit", kill);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
}
