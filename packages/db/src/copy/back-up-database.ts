import { createHash, type Hash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, rename, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Logger, silentLogger } from "@granary/kernel";
import { problem } from "@granary/protocol";
import pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import type { ConnectionOptions } from "../database.ts";
import { connectOwner } from "../owner-client.ts";
import { type BackupManifest, type SequenceState, type TableCopy, writeManifest } from "./manifest.ts";
import { type DataTable, listMigrations, listTables, qualified } from "./tables.ts";

export interface BackUpOptions {
  /** A directory that does not exist yet or is empty; it appears when the backup is complete. */
  readonly directory: string;
  readonly log?: Logger;
}

class HashingStream extends Transform {
  readonly #hash: Hash = createHash("sha256");
  bytes = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error: null, chunk: Buffer) => void): void {
    this.#hash.update(chunk);
    this.bytes += chunk.length;
    done(null, chunk);
  }

  digest(): string {
    return this.#hash.digest("hex");
  }
}

async function copyTable(client: pg.Client, table: DataTable, directory: string): Promise<TableCopy> {
  const file = `${table.schema}.${table.table}.pgcopy`;
  const columns = table.columns.map((column) => pg.escapeIdentifier(column)).join(", ");
  const source = client.query(copyTo(`copy ${qualified(table.schema, table.table)} (${columns}) to stdout (format binary)`));
  const hashing = new HashingStream();
  await pipeline(source, hashing, createWriteStream(join(directory, file), { flags: "wx", mode: 0o600, flush: true }));
  return { ...table, file, rows: source.rowCount, bytes: hashing.bytes, sha256: hashing.digest() };
}

async function readSequences(client: pg.Client): Promise<readonly SequenceState[]> {
  const { rows } = await client.query<{ schema: string; sequence: string }>(
    "select schemaname as schema, sequencename as sequence from pg_sequences where schemaname = 'public' order by 1, 2",
  );
  const states: SequenceState[] = [];
  for (const { schema, sequence } of rows) {
    const state = await client.query<{ value: string; is_called: boolean }>(`select last_value::text as value, is_called from ${qualified(schema, sequence)}`);
    for (const row of state.rows) states.push({ schema, sequence, value: row.value, isCalled: row.is_called });
  }
  return states;
}

/** Row-level security binds even the owner of the tables; the role that sees everything reads them then. */
async function seeAllRows(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ bypasses: boolean }>("select rolsuper or rolbypassrls as bypasses from pg_roles where rolname = current_user");
  if (rows[0]?.bypasses === true) return;
  const hidden = await client.query<{ name: string }>(`
    select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and c.relrowsecurity and n.nspname = 'public' and (
      exists (select from pg_policy p where p.polrelid = c.oid and not p.polpermissive)
      or not exists (select from pg_policy p where p.polrelid = c.oid and p.polcmd in ('*', 'r') and pg_get_expr(p.polqual, p.polrelid) = 'true'
                     and 'granary_system'::regrole = any (p.polroles)))
    order by 1 limit 1`);
  if (hidden.rows[0] !== undefined) throw problem("backup.hidden_rows", { table: hidden.rows[0].name });
  await client.query("set local role granary_system");
}

async function requireEmpty(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  if (names.length > 0) throw problem("backup.directory_not_empty", { directory });
  await rmdir(directory).catch(() => undefined);
}

/**
 * Writes all rows of all tables, as they were at one moment, into a new directory: a file per table in PostgreSQL's binary
 * COPY format, and a manifest with counts and checksums. Writers go on meanwhile. Memory does not grow with the data.
 * Throws `backup.directory_not_empty`, and `backup.hidden_rows` rather than leave rows out.
 */
export async function backUpDatabase(connection: ConnectionOptions, options: BackUpOptions): Promise<BackupManifest> {
  const log = options.log ?? silentLogger;
  await requireEmpty(options.directory);
  const staging = `${options.directory}.partial`;
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { recursive: true, mode: 0o700 });
  await using client = await connectOwner(connection, "granary backup");
  await client.query("begin isolation level repeatable read, read only");
  const [migrations, all, version] = [
    await listMigrations(client),
    await listTables(client),
    await client.query<{ server_version: string }>("show server_version"),
  ];
  await seeAllRows(client);
  const tables: TableCopy[] = [];
  for (const table of all) tables.push(await copyTable(client, table, staging));
  const sequences = await readSequences(client);
  await client.query("commit");
  const serverVersion = version.rows[0]?.server_version ?? "unknown";
  const manifest = await writeManifest(staging, { createdAt: new Date().toISOString(), serverVersion, migrations, tables, sequences });
  await rename(staging, options.directory);
  log.info({ tables: tables.length, rows: tables.reduce((sum, table) => sum + table.rows, 0) }, "backed up the database");
  return manifest;
}
