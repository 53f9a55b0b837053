import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** Whether this is Debian or one of its descendants, whose packages are installed by apt-get. */
export function isDebian(osRelease = "/etc/os-release"): boolean {
  return existsSync(osRelease) && /^ID(_LIKE)?="?.*\bdebian\b/m.test(readFileSync(osRelease, "utf8"));
}

const mayInstall = (): boolean => process.platform === "linux" && process.getuid?.() === 0 && isDebian();

/** Installs packages where that is allowed: on Debian, as root. Whether they then work is for the caller to find out. */
export function installPackages(names: readonly string[], reason: string, print: (line: string) => void): void {
  if (!mayInstall()) return;
  print(`installing ${names.join(" and ")} with apt-get, because ${reason}`);
  const options = { stdio: ["ignore", "ignore", "inherit"] as ("ignore" | "inherit")[], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  spawnSync("apt-get", ["update", "-qq"], options);
  spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...names], options);
}
