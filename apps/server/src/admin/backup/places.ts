import { existsSync } from "node:fs";
import { isAbsolute, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { problem } from "@granary/protocol";
import type { Config } from "../../config.ts";
import { storageUri } from "../../storage.ts";

/** What of the data directory is no file of the data: the database has its own copy, secrets are a choice, the rest is made anew. */
const NOT_COPIED: ReadonlySet<string> = new Set(["postgres", "secrets", "logs", "lake", "tmp", "cache"]);

/** Whether an entry at the top of the data directory belongs to the data that a backup copies as files. */
export function isData(name: string): boolean {
  return !NOT_COPIED.has(name) && !name.startsWith(".");
}

/** Something half-written, which its writer will finish under another name or give up. */
export function isUnfinished(name: string): boolean {
  return /\.(part|partial|staging|tmp)(-|$)/.test(name);
}

export const secretsDirectory = (config: Config): string => join(config.dataDir, "secrets");

/** Where tables are stored: a directory of this machine, or an address elsewhere that brings its own backups. */
export function storageOf(config: Config): { readonly uri: string; readonly directory: string | undefined } {
  const uri = storageUri(config);
  return { uri, directory: uri.startsWith("file:") ? fileURLToPath(uri) : undefined };
}

/** Paths in a backup begin with `lake/` or `data/`; this is the file of this installation they stand for. */
export function placeOf(config: Config, path: string, backup: string): string {
  const refused = problem("backup.damaged", { directory: backup, detail: `it names the file ${JSON.stringify(path)}` });
  const [root, ...rest] = path.split("/");
  const inner = rest.join("/");
  if (inner === "" || isAbsolute(inner) || normalize(inner) !== inner.replaceAll("/", sep) || inner.startsWith("..")) throw refused;
  if (root === "data" && isData(rest[0] ?? "")) return join(config.dataDir, inner);
  const { directory } = storageOf(config);
  if (root === "lake" && directory !== undefined) return join(directory, inner);
  throw refused;
}

/** Whether anything was ever kept here, whatever its state. */
export const isInstalled = (config: Config): boolean => config.databaseUrl !== undefined || existsSync(join(config.dataDir, "postgres", "pgdata"));
