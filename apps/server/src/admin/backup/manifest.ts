import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { problem } from "@granary/protocol";
import type { Digest } from "./copy-file.ts";
import type { Fingerprints } from "./secrets.ts";

const FORMAT = 1;
const FILE = "backup.json";

/** What a backup of an installation holds, beside the manifest of its database. */
export interface InstallationManifest {
  readonly format: typeof FORMAT;
  readonly program: string;
  readonly createdAt: string;
  /** Where the tables were stored, and whether their files are in the backup. */
  readonly storage: { readonly uri: string; readonly included: boolean };
  readonly files: { readonly count: number; readonly bytes: number; readonly list: Digest };
  readonly secrets: { readonly included: readonly string[]; readonly fingerprints: Fingerprints };
}

/** Written last: a directory without it is no backup. */
export async function writeManifest(backup: string, manifest: Omit<InstallationManifest, "format">): Promise<InstallationManifest> {
  const complete: InstallationManifest = { format: FORMAT, ...manifest };
  await using file = await open(join(backup, FILE), "wx", 0o600);
  await file.writeFile(`${JSON.stringify(complete, null, 2)}\n`);
  await file.sync();
  return complete;
}

/** Reads the manifest of a backup. Throws `backup.damaged`. */
export async function readManifest(backup: string): Promise<InstallationManifest> {
  let manifest: Partial<InstallationManifest>;
  try {
    manifest = JSON.parse(await readFile(join(backup, FILE), "utf8")) as Partial<InstallationManifest>;
  } catch (cause) {
    throw problem("backup.damaged", { directory: backup, detail: `${FILE} is missing or cannot be read` }, { cause });
  }
  const { format, storage, files, secrets } = manifest;
  if (format === FORMAT && storage !== undefined && files !== undefined && secrets !== undefined) return manifest as InstallationManifest;
  throw problem("backup.damaged", { directory: backup, detail: `${FILE} is not of a format this program knows` });
}
