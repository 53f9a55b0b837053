import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type ConnectionOptions, connectOwner, migrate, restoreDatabase } from "@granary/db";
import { problem } from "@granary/protocol";
import type { Config } from "../../config.ts";
import { copyWhole, digestOf } from "./copy-file.ts";
import { dataFiles, filesBelow, listedFiles, type ListedFile } from "./file-list.ts";
import { placeOf, storageOf } from "./places.ts";
import { differingSecrets, restoreSecrets } from "./secrets.ts";
import type { VerifiedBackup } from "./verify-backup.ts";

/** Any one file, or nothing. */
async function first(paths: AsyncIterable<string>): Promise<string | undefined> {
  for await (const path of paths) return path;
  return undefined;
}

/** Gives a database without any schema this program's; one that has a schema keeps it until its rows are in a backup. */
export async function beginWhenEmpty(connection: ConnectionOptions): Promise<void> {
  await using client = await connectOwner(connection, "granary restore");
  const { rows } = await client.query<{ begun: boolean }>("select to_regclass('granary_migrations') is not null as begun");
  if (rows[0]?.begun !== true) await migrate(connection);
}

/** Whether an installation holds anything a restore would take away: people, workspaces, or files of data. */
export async function holdsData(config: Config, connection: ConnectionOptions): Promise<boolean> {
  const { directory } = storageOf(config);
  if ((await first(dataFiles(config.dataDir))) !== undefined) return true;
  if (directory !== undefined && (await first(filesBelow(directory))) !== undefined) return true;
  await using client = await connectOwner(connection, "granary restore");
  // The owner of the tables may be bound by row-level security; this role sees all.
  await client.query("set role granary_system");
  const { rows } = await client.query<{ filled: boolean }>("select exists (select from users) or exists (select from workspaces) as filled");
  return rows[0]?.filled === true;
}

/** Refuses a backup that cannot be put into this installation. */
export function requireFitting(config: Config, backup: VerifiedBackup): void {
  const here = storageOf(config);
  const { uri } = backup.manifest.storage;
  const hasTables = backup.database.tables.some(({ table, rows }) => table === "iceberg_tables" && rows > 0);
  // Iceberg's metadata holds whole addresses, and other engines read it as it is.
  if (hasTables && here.uri !== uri.replace(/\/+$/, "")) throw problem("restore.other_place", { storage: uri });
  if (backup.manifest.storage.included && here.directory === undefined) throw problem("restore.other_storage", { storage: here.uri });
}

async function isSame(path: string, wanted: ListedFile): Promise<boolean> {
  const size = await stat(path).then(
    (entry) => entry.size,
    () => -1,
  );
  return size === wanted.bytes && (await digestOf(path)).sha256 === wanted.sha256;
}

async function restoreFiles(config: Config, directory: string): Promise<void> {
  for await (const file of listedFiles(directory)) {
    const target = placeOf(config, file.path, directory);
    if (await isSame(target, file)) continue;
    const copied = await copyWhole(join(directory, "files", file.path), target);
    if (copied.sha256 !== file.sha256) throw problem("backup.damaged", { directory, detail: `${file.path} changed while it was read` });
  }
}

export interface RestoreOptions {
  readonly config: Config;
  readonly connection: ConnectionOptions;
  readonly directory: string;
  readonly backup: VerifiedBackup;
  /** Ending for the names of secrets that are replaced. */
  readonly aside: string;
  readonly onStep: (sentence: string) => void;
}

/**
 * Puts a checked backup in place of what the installation holds. Files come first and add to those that are there; the
 * database then changes in one transaction. A kill before its end leaves the old data, one after it the new.
 * Answers the secrets without which parts of the restored data cannot be read.
 */
export async function restoreInstallation(options: RestoreOptions): Promise<readonly string[]> {
  const { config, connection, directory, backup } = options;
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  await migrate(connection);
  options.onStep("Copying files.");
  await restoreFiles(config, directory);
  options.onStep("Restoring the database.");
  await restoreDatabase(connection, { directory: join(directory, "database"), replace: true });
  await restoreSecrets(config, directory, options.aside);
  return differingSecrets(config, backup.manifest.secrets.fingerprints);
}
