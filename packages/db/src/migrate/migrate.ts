import { type Logger, silentLogger } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type pg from "pg";
import type { ConnectionOptions } from "../database.ts";
import { connectOwner } from "../owner-client.ts";
import { lockMigrations } from "./lock-migrations.ts";
import { MIGRATIONS_DIRECTORY, type Migration, readMigrations } from "./migration-files.ts";

/** A migration that waits for a table makes everybody after it wait too; better to fail and try again. */
const LOCK_TIMEOUT = "30s";

export interface MigrateOptions {
  readonly log?: Logger;
  /** Another directory of migrations, for tests. */
  readonly directory?: string;
}

export interface MigrationResult {
  /** Names of the migrations this call applied, in order. */
  readonly applied: readonly string[];
  /** The number of the last migration the database has; 0 for an empty one. */
  readonly current: number;
}

interface AppliedRow {
  readonly number: number;
  readonly name: string;
  readonly sha256: string;
}

const CREATE_TABLE = `create table if not exists granary_migrations (
  number integer primary key,
  name text not null,
  sha256 text not null,
  applied_at timestamptz not null default now()
)`;

async function appliedMigrations(client: pg.Client): Promise<readonly AppliedRow[]> {
  const { rows: exists } = await client.query<{ found: boolean }>("select to_regclass('granary_migrations') is not null as found");
  if (exists[0]?.found !== true) return [];
  return (await client.query<AppliedRow>("select number, name, sha256 from granary_migrations order by number")).rows;
}

/** Compares what was applied with what this program knows, and returns what is left to do. */
function findPending(known: readonly Migration[], applied: readonly AppliedRow[]): readonly Migration[] {
  const last = applied.at(-1)?.number ?? 0;
  if (last > known.length) throw problem("database.newer", { found: last, known: known.length });
  for (const row of applied) {
    const migration = known[row.number - 1];
    if (migration?.sha256 !== row.sha256) throw problem("database.migration_changed", { migration: row.name });
  }
  return known.slice(applied.length);
}

async function applyMigration(client: pg.Client, migration: Migration): Promise<void> {
  try {
    await client.query("begin");
    await client.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
    await client.query(migration.text);
    await client.query("insert into granary_migrations (number, name, sha256) values ($1, $2, $3)", [migration.number, migration.name, migration.sha256]);
    await client.query("commit");
  } catch (cause) {
    await client.query("rollback").catch(() => undefined);
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw problem("database.migration_failed", { migration: migration.name, detail }, { cause });
  }
}

/**
 * Brings the database to this program's schema: applies the missing migrations in order, each in a transaction of its own
 * together with its record, under a lock that makes a second program wait. Connect as the owner of the tables, directly
 * or through a pooler in session mode. Throws `database.newer`, `database.migration_changed`, `database.migration_invalid`
 * or `database.migration_failed`.
 */
export async function migrate(connection: ConnectionOptions, options: MigrateOptions = {}): Promise<MigrationResult> {
  const log = options.log ?? silentLogger;
  const known = await readMigrations(options.directory ?? MIGRATIONS_DIRECTORY);
  await using client = await connectOwner(connection, "granary migrate");
  await lockMigrations(client);
  await client.query(CREATE_TABLE);
  const missing = findPending(known, await appliedMigrations(client));
  for (const migration of missing) {
    if (migration.breaking !== undefined)
      log.warn({ migration: migration.name, reason: migration.breaking }, "a breaking migration: older program versions stop working");
    await applyMigration(client, migration);
    log.info({ migration: migration.name }, "migrated the database");
  }
  return { applied: missing.map((migration) => migration.name), current: known.length };
}

/** The migrations the database lacks, in order, without applying any. Throws as `migrate` does. */
export async function pending(connection: ConnectionOptions, options: MigrateOptions = {}): Promise<readonly Pick<Migration, "name" | "breaking">[]> {
  const known = await readMigrations(options.directory ?? MIGRATIONS_DIRECTORY);
  await using client = await connectOwner(connection, "granary migrate");
  return findPending(known, await appliedMigrations(client));
}
