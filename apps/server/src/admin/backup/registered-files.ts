import { createReadStream } from "node:fs";
import { access, open, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type ConnectionOptions, connectOwner } from "@granary/db";

const PAGE = 5_000;
const NAMED = 5;

/** Files that tables need and that did not come into the backup. */
export interface MissingFiles {
  readonly count: number;
  /** The first of them. */
  readonly named: readonly string[];
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
