import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

const COMMANDS = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const APPLICATIONS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The Chromium that browser journeys drive: `TEST_BROWSER` when set, else the first of the usual places; undefined when there is none. */
export function findBrowser(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const chosen = env.TEST_BROWSER;
  if (chosen !== undefined && chosen !== "") return isExecutable(chosen) ? chosen : undefined;
  const inPath = COMMANDS.flatMap((command) => (env.PATH ?? "").split(delimiter).map((folder) => join(folder, command)));
  return [...inPath, ...APPLICATIONS].find((path) => isExecutable(path));
}

function isDebian(): boolean {
  return existsSync("/etc/os-release") && /^ID=debian$/m.test(readFileSync("/etc/os-release", "utf8"));
}

/** What a person has to run to get a browser on this machine. */
export function browserAdvice(): string {
  if (process.platform === "linux" && isDebian()) return "apt-get install -y --no-install-recommends chromium";
  return process.platform === "darwin" ? "brew install --cask chromium" : "install Chromium or Chrome, or set TEST_BROWSER to its path";
}

/**
 * A browser, installed if need be: only on Debian as root, and never in CI, whose image has to bring it.
 * Answers undefined when there is still none.
 */
export function prepareBrowser(env: NodeJS.ProcessEnv, print: (line: string) => void): string | undefined {
  const found = findBrowser(env);
  if (found !== undefined || env.CI !== undefined || process.getuid?.() !== 0 || !isDebian()) return found;
  print("installing chromium with apt-get, because browser journeys need it");
  const options = { stdio: ["ignore", "ignore", "inherit"] as ("ignore" | "inherit")[], env: { ...env, DEBIAN_FRONTEND: "noninteractive" } };
  spawnSync("apt-get", ["update", "-qq"], options);
  spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], options);
  return findBrowser(env);
}
