import { spawnSync } from "node:child_process";
import { installPackages } from "./debian-packages.ts";

const hasSpreadsheet = (): boolean => spawnSync("soffice", ["--version"], { stdio: "ignore" }).status === 0;

/** Sees to a spreadsheet program that files can be sent through. Answers what to do when it is still missing; undefined when all is well. */
export function prepareSpreadsheet(print: (line: string) => void): string | undefined {
  if (process.platform !== "linux" || hasSpreadsheet()) return undefined;
  installPackages(["libreoffice-calc"], "downloads are sent through a spreadsheet and back", print);
  return hasSpreadsheet()
    ? undefined
    : "LibreOffice is missing, so that no download is sent through a spreadsheet. To get it: apt-get install -y libreoffice-calc";
}
