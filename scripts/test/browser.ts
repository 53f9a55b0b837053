import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { installPackages, isDebian } from "./debian-packages.ts";

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

/** What a person has to run to get a browser on this machine. */
export function browserAdvice(): string {
  if (process.platform === "linux" && isDebian()) return "apt-get install -y --no-install-recommends chromium";
  return process.platform === "darwin" ? "brew install --cask chromium" : "install Chromium or Chrome, or set TEST_BROWSER to its path";
}

/** A browser, installed if need be and allowed. Answers undefined when there is still none. */
export function prepareBrowser(env: NodeJS.ProcessEnv, print: (line: string) => void): string | undefined {
  const found = findBrowser(env);
  if (found !== undefined) return found;
  installPackages(["chromium"], "browser journeys need it", print);
  return findBrowser(env);
}
