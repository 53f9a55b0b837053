import { spawnSync } from "node:child_process";
import { installPackages } from "./debian-packages.ts";

const hasClamd = (): boolean => spawnSync("clamd", ["--version"], { stdio: "ignore" }).status === 0;

/** Sees to the virus scanner that uploads can be sent to. Answers what to do when it is still missing; undefined when all is well. */
export function prepareClamd(print: (line: string) => void): string | undefined {
  if (process.platform !== "linux" || hasClamd()) return undefined;
  installPackages(["clamav-daemon"], "uploads are sent to the real scanner", print);
  return hasClamd() ? undefined : "clamd is missing, so that no upload is sent to the real scanner. To get it: apt-get install -y clamav-daemon";
}
