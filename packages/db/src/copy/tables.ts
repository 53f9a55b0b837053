import pg from "pg";
import type { MigrationRecord } from "./manifest.ts";

/** The record of migrations describes the schema and comes with it, not with the data. */
const MIGRATIONS_TABLE = "granary_migrations";

export interface DataTable {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
}

/** A table's or sequence's name for SQL text. */
export function qualified(schema: string, name: string): string {
  return `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;
}

/** Tables that hold rows of ours: those of the schema `public`, by name. Other schemas belong to libraries, which fill them anew. */
export async function listTables(client: pg.Client): Promise<readonly DataTable[]> {
  const { rows } = await client.query<DataTable>(
    `select n.nspname as schema, c.relname as table, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     where c.relkind = 'r' and c.relpersistence = 'p' and n.nspname = 'public' and c.relname <> $1
       and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
     group by 1, 2 order by 1, 2`,
    [MIGRATIONS_TABLE],
  );
  return rows;
}

export async function listMigrations(client: pg.Client): Promise<readonly MigrationRecord[]> {
  const { rows } = await client.query<MigrationRecord>(`select number, name, sha256 from ${MIGRATIONS_TABLE} order by number`);
  return rows;
}
