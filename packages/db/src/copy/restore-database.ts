import { createReadStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Logger, silentLogger } from "@granary/kernel";
import { problem } from "@granary/protocol";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { ConnectionOptions } from "../database.ts";
import { lockMigrations } from "../migrate/index.ts";
import { connectOwner } from "../owner-client.ts";
import { withBareTables } from "./bare-tables.ts";
import { type BackupManifest, type TableCopy, verifyBackup } from "./manifest.ts";
import { type DataTable, listMigrations, listTables, qualified } from "./tables.ts";

export interface RestoreOptions {
  readonly directory: string;
  /** Deletes what the database holds, in the same transaction. Without it the database must hold nothing. */
  readonly replace?: boolean;
  readonly log?: Logger;
}

async function requireSameSchema(client: pg.Client, manifest: BackupManifest): Promise<void> {
  const present = await listMigrations(client);
  const [found, expected] = [manifest.migrations, present].map((list) => list.map((migration) => `${migration.number} ${migration.sha256}`).join("\n"));
  if (found === expected) return;
  throw problem("backup.other_schema", { found: manifest.migrations.at(-1)?.name ?? "none", expected: present.at(-1)?.name ?? "none" });
}

function requireSameTables(tables: readonly DataTable[], manifest: BackupManifest, directory: string): void {
  const names = (list: readonly DataTable[]): string => list.map((table) => `${table.schema}.${table.table}(${[...table.columns].sort().join()})`).join(" ");
  if (names(tables) !== names(manifest.tables)) throw problem("backup.damaged", { directory, detail: "its tables are not those of its schema" });
}

async function makeEmpty(client: pg.Client, tables: readonly DataTable[], replace: boolean): Promise<void> {
  const names = tables.map((table) => qualified(table.schema, table.table));
  if (replace) {
    await client.query(`truncate ${names.join(", ")}`);
    return;
  }
  for (const name of names) {
    const { rows } = await client.query<{ filled: boolean }>(`select exists (select from ${name}) as filled`);
    if (rows[0]?.filled === true) throw problem("backup.target_not_empty", { table: name });
  }
}

async function loadTable(client: pg.Client, copy: TableCopy, directory: string): Promise<void> {
  const columns = copy.columns.map((column) => pg.escapeIdentifier(column)).join(", ");
  const target = client.query(copyFrom(`copy ${qualified(copy.schema, copy.table)} (${columns}) from stdin (format binary)`));
  await pipeline(createReadStream(join(directory, copy.file)), target);
  if (target.rowCount !== copy.rows)
    throw problem("backup.damaged", { directory, detail: `${copy.file} holds ${target.rowCount} rows instead of ${copy.rows}` });
}

/**
 * Loads a backup into a database at the same migration, all or nothing: one transaction ends with every row, foreign key
 * and sequence in place, or changes nothing. Checks all checksums first. Throws `backup.damaged`, `backup.other_schema`
 * or `backup.target_not_empty`.
 */
export async function restoreDatabase(connection: ConnectionOptions, options: RestoreOptions): Promise<BackupManifest> {
  const log = options.log ?? silentLogger;
  const { directory } = options;
  const manifest = await verifyBackup(directory);
  await using client = await connectOwner(connection, "granary restore");
  await lockMigrations(client);
  await requireSameSchema(client, manifest);
  const tables = await listTables(client);
  requireSameTables(tables, manifest, directory);
  await client.query("begin");
  await withBareTables(client, tables, async () => {
    await makeEmpty(client, tables, options.replace ?? false);
    for (const copy of manifest.tables) await loadTable(client, copy, directory);
  });
  for (const state of manifest.sequences) {
    await client.query("select setval($1::regclass, $2::bigint, $3)", [qualified(state.schema, state.sequence), state.value, state.isCalled]);
  }
  await client.query("commit");
  await client.query("analyze");
  log.info({ tables: tables.length, rows: manifest.tables.reduce((sum, table) => sum + table.rows, 0) }, "restored the database");
  return manifest;
}
