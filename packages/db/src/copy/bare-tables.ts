import pg from "pg";
import { type DataTable, qualified } from "./tables.ts";

/** `alter table` statements that take away what stands in the way of a bulk load, and those that put it back. */
interface Alterations {
  readonly strip: readonly string[];
  readonly putBack: readonly string[];
}

interface Row {
  readonly table_name: string;
  readonly name: string;
  readonly detail: string;
}

async function foreignKeys(client: pg.Client): Promise<Alterations> {
  const { rows } = await client.query<Row>(
    `select k.conrelid::regclass::text as table_name, k.conname as name, pg_get_constraintdef(k.oid) as detail
     from pg_constraint k join pg_namespace n on n.oid = k.connamespace where k.contype = 'f' and k.conparentid = 0 and n.nspname = 'public' order by 1, 2`,
  );
  return {
    strip: rows.map((row) => `alter table ${row.table_name} drop constraint ${pg.escapeIdentifier(row.name)}`),
    putBack: rows.map((row) => `alter table ${row.table_name} add constraint ${pg.escapeIdentifier(row.name)} ${row.detail}`),
  };
}

const TRIGGER_STATES: Readonly<Record<string, string>> = { O: "enable", A: "enable always", R: "enable replica" };

async function triggers(client: pg.Client): Promise<Alterations> {
  const { rows } = await client.query<Row>(
    `select g.tgrelid::regclass::text as table_name, g.tgname as name, g.tgenabled::text as detail
     from pg_trigger g join pg_class c on c.oid = g.tgrelid join pg_namespace n on n.oid = c.relnamespace
     where not g.tgisinternal and g.tgenabled <> 'D' and c.relkind = 'r' and n.nspname = 'public' order by 1, 2`,
  );
  return {
    strip: rows.map((row) => `alter table ${row.table_name} disable trigger ${pg.escapeIdentifier(row.name)}`),
    putBack: rows.map((row) => `alter table ${row.table_name} ${TRIGGER_STATES[row.detail] ?? "enable"} trigger ${pg.escapeIdentifier(row.name)}`),
  };
}

async function forcedPolicies(client: pg.Client): Promise<Alterations> {
  const { rows } = await client.query<Row>(
    `select c.oid::regclass::text as table_name, '' as name, '' as detail from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and c.relforcerowsecurity and n.nspname = 'public' order by 1`,
  );
  return {
    strip: rows.map((row) => `alter table ${row.table_name} no force row level security`),
    putBack: rows.map((row) => `alter table ${row.table_name} force row level security`),
  };
}

/**
 * Runs `load` while foreign keys, triggers and the owner's row policies are out of the way, and puts them back in the same
 * transaction; the foreign keys check every row when they return. Only the tables' ownership is needed, so it works on
 * managed servers, where `session_replication_role` is not to be had.
 */
export async function withBareTables(client: pg.Client, tables: readonly DataTable[], load: () => Promise<void>): Promise<void> {
  if (tables.length > 0) await client.query(`lock table ${tables.map((table) => qualified(table.schema, table.table)).join(", ")} in access exclusive mode`);
  const all = [await forcedPolicies(client), await triggers(client), await foreignKeys(client)];
  for (const statement of all.flatMap((alterations) => alterations.strip)) await client.query(statement);
  await load();
  // Foreign keys first: their check must see all rows, which forced policies would hide from the owner.
  for (const statement of all.toReversed().flatMap((alterations) => alterations.putBack)) await client.query(statement);
}
