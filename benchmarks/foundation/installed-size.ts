import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Figure } from "./report.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

function megabytes(path: string): number {
  return Number(execFileSync("du", ["-sk", path], { encoding: "utf8" }).split("\t")[0]) / 1_024;
}

/** Copies what git tracks, and what is about to be tracked, into a folder of its own. */
function copyCheckout(to: string): void {
  const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: ROOT, encoding: "utf8" }).split("\0");
  for (const file of files.filter((name) => name !== "" && existsSync(join(ROOT, name)))) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(ROOT, file), join(to, file));
  }
}

function install(directory: string, options: readonly string[]): void {
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--engine-strict=false", ...options], {
    cwd: directory,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** Disk that a checkout takes with its packages: for development, and as the container image installs it. */
export async function installedSize(): Promise<Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), "granary-size-"));
  try {
    copyCheckout(directory);
    install(directory, []);
    const full = megabytes(directory);
    rmSync(join(directory, "node_modules"), { recursive: true });
    install(directory, ["--omit=dev", "--workspace=@granary/server", "--workspace=@granary/cli", "--include-workspace-root"]);
    cpSync(join(ROOT, "apps/web/dist"), join(directory, "apps/web/dist"), { recursive: true });
    const production = megabytes(directory);
    return [
      { name: "installed with development tools", value: full, unit: "MB", goal: { max: 1_024 } },
      { name: "installed without", value: production, unit: "MB", goal: { max: 450 } },
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
