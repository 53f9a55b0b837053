import { spawnSync } from "node:child_process";
import { installPackages } from "./debian-packages.ts";

const hasBubblewrap = (): boolean => spawnSync("bwrap", ["--version"], { stdio: "ignore" }).status === 0;

/**
 * Makes the second wall of the SQL sandbox testable where the system can have it: on Linux. Answers what to do when it is
 * still missing there; undefined when all is well.
 */
export function prepareBubblewrap(print: (line: string) => void): string | undefined {
  if (process.platform !== "linux" || hasBubblewrap()) return undefined;
  installPackages(["bubblewrap"], "people's SQL is tested inside of it", print);
  return hasBubblewrap() ? undefined : "bubblewrap is missing, so that people's SQL is tested behind one wall only. To get it: apt-get install -y bubblewrap";
}
