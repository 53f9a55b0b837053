import { mkdir, readdir, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { backUpDatabase, type ConnectionOptions } from "@granary/db";
import { problem } from "@granary/protocol";
import type { Config } from "../../config.ts";
import { VERSION } from "../../version.ts";
import { digestOf } from "./copy-file.ts";
import { copyFiles, type CopySource, dataFiles, filesBelow, listPath } from "./file-list.ts";
import { type InstallationManifest, writeManifest } from "./manifest.ts";
import { storageOf } from "./places.ts";
import { findMissing, findMissingElsewhere, type MissingFiles, noteRegistered } from "./registered-files.ts";
import { copySecrets, fingerprints } from "./secrets.ts";

export interface BackUpOptions {
  readonly config: Config;
  readonly connection: ConnectionOptions;
  /** A new or empty directory; it appears when the backup is complete. */
  readonly directory: string;
  readonly includeSecrets: boolean;
}

export interface BackUpResult {
  readonly manifest: InstallationManifest;
  readonly tables: number;
  readonly rows: number;
  readonly missing: MissingFiles;
}

async function requireFree(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  });
  if (names.length > 0) throw problem("backup.directory_not_empty", { directory });
  await rmdir(directory).catch(() => undefined);
}

function requireOutside(directory: string, config: Config): void {
  for (const inside of [config.dataDir, storageOf(config).directory ?? config.dataDir]) {
    if (`${directory}${sep}`.startsWith(`${inside}${sep}`)) throw problem("backup.inside_data", { directory, data: inside });
  }
}

/**
 * Writes a whole installation into a directory while it goes on working. The database comes first, as it is at one moment;
 * stored files never change, so those copied after it hold all that it refers to, which is checked in the end.
 */
export async function backUpInstallation(options: BackUpOptions): Promise<BackUpResult> {
  const { config, connection } = options;
  const directory = resolve(options.directory);
  requireOutside(directory, config);
  await requireFree(directory);
  const staging = join(dirname(directory), `.${basename(directory)}.partial`);
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { recursive: true, mode: 0o700 });
  const storage = storageOf(config);
  await noteRegistered(connection, staging);
  const database = await backUpDatabase(connection, { directory: join(staging, "database") });
  const sources: CopySource[] = [{ root: "data", directory: config.dataDir, paths: dataFiles(config.dataDir) }];
  if (storage.directory !== undefined) sources.push({ root: "lake", directory: storage.directory, paths: filesBelow(storage.directory) });
  const { count, bytes } = await copyFiles(staging, sources);
  const missing = storage.directory === undefined ? await findMissingElsewhere(config, staging) : await findMissing(staging, storage.directory);
  const included = options.includeSecrets ? await copySecrets(config, staging) : [];
  const manifest = await writeManifest(staging, {
    program: VERSION,
    createdAt: database.createdAt,
    storage: { uri: storage.uri, included: storage.directory !== undefined },
    files: { count, bytes, list: await digestOf(listPath(staging)) },
    secrets: { included, fingerprints: fingerprints(config) },
  });
  await rename(staging, directory);
  return { manifest, tables: database.tables.length, rows: database.tables.reduce((sum, table) => sum + table.rows, 0), missing };
}
