import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { problem } from "@granary/protocol";

const FORMAT = 1;
const FILE = "manifest.json";

export interface TableCopy {
  readonly schema: string;
  readonly table: string;
  /** In the order of the file's fields; generated columns are left out. */
  readonly columns: readonly string[];
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
  /** Hexadecimal SHA-256 of the file. */
  readonly sha256: string;
}

export interface SequenceState {
  readonly schema: string;
  readonly sequence: string;
  /** As text: a sequence may count beyond what JSON numbers hold. */
  readonly value: string;
  readonly isCalled: boolean;
}

export interface MigrationRecord {
  readonly number: number;
  readonly name: string;
  readonly sha256: string;
}

/** What a backup directory holds. */
export interface BackupManifest {
  readonly format: typeof FORMAT;
  readonly createdAt: string;
  readonly serverVersion: string;
  readonly migrations: readonly MigrationRecord[];
  readonly tables: readonly TableCopy[];
  readonly sequences: readonly SequenceState[];
}

/** Written last: a directory without a manifest is no backup. */
export async function writeManifest(directory: string, manifest: Omit<BackupManifest, "format">): Promise<BackupManifest> {
  const complete: BackupManifest = { format: FORMAT, ...manifest };
  await using file = await open(join(directory, FILE), "wx", 0o600);
  await file.writeFile(`${JSON.stringify(complete, null, 2)}\n`);
  await file.sync();
  return complete;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

async function requireIntact(directory: string, copy: TableCopy): Promise<void> {
  // The manifest may come from anywhere: its file names must not lead out of the directory.
  if (!/^[\w.-]+$/.test(copy.file)) throw problem("backup.damaged", { directory, detail: `its manifest names the file ${JSON.stringify(copy.file)}` });
  const found = await sha256Of(join(directory, copy.file)).catch((cause: unknown) => {
    throw problem("backup.damaged", { directory, detail: `${copy.file} cannot be read` }, { cause });
  });
  if (found !== copy.sha256) throw problem("backup.damaged", { directory, detail: `${copy.file} is not as it was written` });
}

async function readManifest(directory: string): Promise<BackupManifest> {
  try {
    const manifest = JSON.parse(await readFile(join(directory, FILE), "utf8")) as BackupManifest;
    if (manifest.format === FORMAT && Array.isArray(manifest.tables) && Array.isArray(manifest.sequences) && Array.isArray(manifest.migrations))
      return manifest;
  } catch (cause) {
    throw problem("backup.damaged", { directory, detail: `${FILE} is missing or cannot be read` }, { cause });
  }
  throw problem("backup.damaged", { directory, detail: `${FILE} is not of a format this program knows` });
}

/** Reads a backup's manifest and checks every file against its checksum. Throws `backup.damaged`. */
export async function verifyBackup(directory: string): Promise<BackupManifest> {
  const manifest = await readManifest(directory);
  for (const copy of manifest.tables) await requireIntact(directory, copy);
  return manifest;
}
