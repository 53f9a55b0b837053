import { createReadStream } from "node:fs";
import { access, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type ConnectionOptions, connectOwner } from "@granary/db";
import { isAppError } from "@granary/kernel";
import type { Config } from "../../config.ts";
import { openStorage, storageUri } from "../../storage.ts";

const PAGE = 5_000;
const NAMED = 5;

/** Files that tables need and that were not found. */
export interface MissingFiles {
  readonly count: number;
  /** The first of them. */
  readonly named: readonly string[];
  /** Why it could not be found out; nothing is known then. */
  readonly unknown?: string;
}

const listPath = (backup: string): string => join(backup, "registered.tmp");

/**
 * Notes the stored files that tables refer to, before the database is copied: what is registered later is too young for
 * maintenance to delete it before the files are copied.
 */
export async function noteRegistered(connection: ConnectionOptions, backup: string): Promise<void> {
  await using client = await connectOwner(connection, "granary backup");
  await using list = await open(listPath(backup), "wx", 0o600);
  const { rows: tables } = await client.query<{ found: boolean }>("select to_regclass('lake_files') is not null as found");
  if (tables[0]?.found !== true) return;
  await client.query("set role granary_system");
  for (let last = ""; ; ) {
    const { rows } = await client.query<{ location: string }>("select location from lake_files where location > $1 order by location limit $2", [last, PAGE]);
    for (const { location } of rows) await list.write(`${location}\n`);
    if (rows.length < PAGE) return;
    last = rows.at(-1)?.location ?? last;
  }
}

/** Compares what was noted with what was copied. Deleted meanwhile, or lost before: either way the backup's tables are not whole. */
export async function findMissing(backup: string, storage: string): Promise<MissingFiles> {
  let count = 0;
  const named: string[] = [];
  for await (const location of createInterface({ input: createReadStream(listPath(backup)) })) {
    if (!location.startsWith("file:")) continue;
    const path = relative(storage, fileURLToPath(location));
    const isThere = await access(join(backup, "files", "lake", path)).then(
      () => true,
      () => false,
    );
    if (isThere) continue;
    count += 1;
    if (named.length < NAMED) named.push(path);
  }
  await rm(listPath(backup));
  return { count, named };
}

async function compareWithStorage(config: Config, directory: string): Promise<MissingFiles> {
  const uri = storageUri(config);
  const wanted = new Set<string>();
  for await (const location of createInterface({ input: createReadStream(listPath(directory)) })) if (location.startsWith(`${uri}/`)) wanted.add(location);
  await using fileIo = await openStorage(config);
  for await (const file of fileIo.list(`${uri}/`)) wanted.delete(file.uri);
  return { count: wanted.size, named: [...wanted].slice(0, NAMED).map((location) => location.slice(uri.length + 1)) };
}

/** Compares what was noted with what lies in the storage elsewhere, of which no copy is made. */
export async function findMissingElsewhere(config: Config, directory: string): Promise<MissingFiles> {
  try {
    return await compareWithStorage(config, directory);
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { count: 0, named: [], unknown: error.message };
  } finally {
    await rm(listPath(directory), { force: true });
  }
}

/** The same for the tables of an installation as they are now. */
export async function findMissingNow(config: Config, connection: ConnectionOptions): Promise<MissingFiles> {
  const directory = await mkdtemp(join(tmpdir(), "granary-restore-"));
  try {
    await noteRegistered(connection, directory);
    return await findMissingElsewhere(config, directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
