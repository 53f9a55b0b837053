import { silentLogger } from "@granary/kernel";
import { createTestDatabase, type TestDatabase } from "@granary/testkit/postgres";
import { type RawBuilder, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "./database.ts";
import { connectOwner } from "./owner-client.ts";

const HERE = "ws_00000000000000000000000001";
const THERE = "ws_00000000000000000000000002";
const here = { workspaceId: HERE };

/** Tables whose workspace is told by another column than `workspace_id`, with what that column holds for a workspace. */
const OTHER_COLUMNS: Readonly<Record<string, { readonly column: string; readonly value: (workspaceId: string) => string }>> = {
  workspaces: { column: "id", value: (id) => id },
  iceberg_tables: { column: "table_namespace", value: (id) => id },
  iceberg_namespace_properties: { column: "namespace", value: (id) => id },
  lake_files: { column: "table_namespace", value: (id) => id },
  lake_discards: { column: "table_namespace", value: (id) => id },
  idempotency_keys: { column: "principal", value: (id) => `${id}/usr_x` },
};
/** Tables the limited role may touch although no column tells the workspace; each has a test of its own below. */
const WITHOUT_COLUMN = new Set(["users", "event_backlog"]);

interface Column {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
}

interface Table {
  readonly name: string;
  readonly column: string;
  readonly value: (workspaceId: string) => string;
  readonly columns: readonly Column[];
}

let target: TestDatabase;
let database: Database;
let tables: readonly Table[];

async function owner<T>(statement: string, parameters: readonly unknown[] = []): Promise<T[]> {
  await using client = await connectOwner(target.connection, "test");
  return (await client.query(statement, [...parameters])).rows as T[];
}

/** Every table that holds data of a workspace, as the catalog knows it now: one made tomorrow is tested tomorrow. */
async function findTables(): Promise<Table[]> {
  const rows = await owner<{ name: string; columns: Column[] }>(`
    select c.relname as name, jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, null),
      'required', a.attnotnull and not a.atthasdef and a.attidentity = '' and a.attgenerated = '') order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition group by c.relname order by c.relname`);
  return rows.flatMap(({ name, columns }) => {
    const other = OTHER_COLUMNS[name];
    if (other !== undefined) return [{ name, columns, ...other }];
    return columns.some((column) => column.name === "workspace_id") ? [{ name, columns, column: "workspace_id", value: (id: string) => id }] : [];
  });
}

let sequence = 0;

/** A value of a type that differs from all before; checks and references are dropped in this database. */
function made(type: string): unknown {
  sequence += 1;
  if (type.endsWith("[]")) return [];
  if (/int|numeric|double|real/.test(type)) return sequence;
  if (type === "boolean") return false;
  if (type === "bytea") return Buffer.from(`bytes ${sequence}`);
  if (type.startsWith("json")) return "{}";
  if (type.startsWith("timestamp") || type === "date") return new Date(sequence * 1_000);
  if (type === "uuid") return `00000000-0000-7000-8000-${String(sequence).padStart(12, "0")}`;
  return `text ${sequence}`;
}

function insertInto(table: Table, workspaceId: string): RawBuilder<unknown> {
  const columns = table.columns.filter((column) => column.required || column.name === table.column);
  const values = columns.map((column) => (column.name === table.column ? table.value(workspaceId) : made(column.type)));
  return sql`insert into ${sql.table(table.name)} (${sql.join(columns.map((column) => sql.ref(column.name)))}) values (${sql.join(values)})`;
}

const isMine = (table: Table, workspaceId: string) => sql`${sql.ref(table.column)} = ${table.value(workspaceId)}`;

/** How many rows a statement saw or changed in the scope of one workspace; undefined when the role has no right to it at all. */
async function attempt(statement: RawBuilder<unknown>, workspaceId = HERE): Promise<number | "refused" | "no right"> {
  try {
    const result = await database.tx({ workspaceId }, (tx) => statement.execute(tx));
    return result.numAffectedRows === undefined ? result.rows.length : Number(result.numAffectedRows);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === "42501") return message.includes("row-level security") ? "refused" : "no right";
    throw error;
  }
}

beforeAll(async () => {
  target = await createTestDatabase();
  database = openDatabase({ connection: target.connection, log: silentLogger });
  tables = await findTables();
  // Rows are made up from the types of columns alone, one in each table; what remains is exactly what is tested: rights and policies.
  await owner(`do $$ declare c record; begin
    for c in select conrelid::regclass as relation, conname from pg_constraint where connamespace = 'public'::regnamespace and contype in ('c', 'f') order by contype desc loop
      execute format('alter table %s drop constraint %I', c.relation, c.conname);
    end loop;
    for c in select oid::regclass as relation from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' loop
      execute format('alter table %s disable trigger user', c.relation);
    end loop; end $$`);
  for (const table of tables) for (const id of [HERE, THERE]) await database.tx("system", (tx) => insertInto(table, id).execute(tx));
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await target[Symbol.asyncDispose]();
});

describe("every table that holds data of a workspace", () => {
  test("is found by the catalog", () => {
    expect(tables.map((table) => table.name)).toEqual(
      expect.arrayContaining(["api_keys", "datasets", "events", "groups", "jobs", "mails", "memberships", "workspaces"]),
    );
  });

  test("has row-level security, forced, with one policy for each of the two roles and none for others", async () => {
    const rows = await owner<{ name: string; forced: boolean; policies: string[] }>(`
      select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced,
        array(select p.polname || ' ' || (select string_agg(r.rolname, ',') from pg_roles r where r.oid = any (p.polroles)) || ' ' || p.polcmd::text || ' ' ||
          pg_get_expr(p.polqual, c.oid) || ' ' || pg_get_expr(p.polwithcheck, c.oid) from pg_policy p where p.polrelid = c.oid order by p.polname) as policies
      from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`);
    const byName = new Map(rows.map((row) => [row.name, row]));
    for (const { name, column } of tables) {
      const row = byName.get(name);
      const mine = name === "idempotency_keys" ? "(split_part(principal, '/'::text, 1) = current_workspace())" : `(${column} = current_workspace())`;
      const policies = (row?.policies ?? []).map((policy) => policy.replaceAll("::text = current", " = current").replace(/\(\((\w+)\) = /g, "($1 = "));
      expect([name, row?.forced, ...policies]).toEqual([
        name,
        true,
        "every_workspace granary_system * true true",
        `one_workspace granary_app * ${mine} ${mine}`,
      ]);
    }
  });

  test("is the only kind of table the limited role may touch, but for those named here", async () => {
    const rows = await owner<{ name: string }>(`
      select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
        and has_table_privilege('granary_app', c.oid, 'select, insert, update, delete, truncate')`);
    const known = new Set(tables.map((table) => table.name));
    expect(
      rows
        .map((row) => row.name)
        .filter((name) => !known.has(name))
        .toSorted(),
    ).toEqual([...WITHOUT_COLUMN].toSorted());
  });

  test("shows one workspace no row of another, even to a query that forgot the condition", async () => {
    for (const table of tables) {
      const everything = sql`select from ${sql.table(table.name)}`;
      expect([table.name, await attempt(everything)]).toEqual([table.name, expect.toBeOneOf([1, "no right"])]);
      expect([table.name, await attempt(sql`${everything} where ${isMine(table, THERE)}`)]).toEqual([table.name, expect.toBeOneOf([0, "no right"])]);
    }
  });

  test("shows nothing to a connection without a workspace", async () => {
    for (const table of tables)
      expect([table.name, await attempt(sql`select from ${sql.table(table.name)}`, "")]).toEqual([table.name, expect.toBeOneOf([0, "no right"])]);
  });

  test("takes no row for another workspace", async () => {
    for (const table of tables) expect([table.name, await attempt(insertInto(table, THERE))]).toEqual([table.name, expect.toBeOneOf(["refused", "no right"])]);
  });

  test("lets no row be moved into another workspace", async () => {
    for (const table of tables) {
      const move = sql`update ${sql.table(table.name)} set ${sql.ref(table.column)} = ${table.value(THERE)}`;
      expect([table.name, await attempt(move)]).toEqual([table.name, expect.toBeOneOf(["refused", "no right"])]);
    }
  });

  test("lets no row of another workspace be changed or deleted", async () => {
    for (const table of tables) {
      const change = sql`update ${sql.table(table.name)} set ${sql.ref(table.column)} = ${sql.ref(table.column)} where ${isMine(table, THERE)}`;
      const remove = sql`delete from ${sql.table(table.name)} where ${isMine(table, THERE)}`;
      expect([table.name, await attempt(change), await attempt(remove)]).toEqual([
        table.name,
        expect.toBeOneOf([0, "no right"]),
        expect.toBeOneOf([0, "no right"]),
      ]);
    }
    for (const table of tables) {
      const { rows } = await database.tx("system", (tx) => sql`select from ${sql.table(table.name)} where ${isMine(table, THERE)}`.execute(tx));
      expect([table.name, rows.length]).toEqual([table.name, 1]);
    }
  });
});

test("shows accounts to the workspaces of their memberships alone, and lets none of them write", async () => {
  await database.tx("system", async (tx) => {
    for (const [id, workspace] of [
      ["usr_mine", HERE],
      ["usr_theirs", THERE],
    ]) {
      await sql`insert into users (id, email, name) values (${id}, ${id}, ${id})`.execute(tx);
      await sql`insert into memberships (workspace_id, user_id) values (${workspace}, ${id})`.execute(tx);
    }
  });
  const { rows } = await database.tx(here, (tx) => sql<{ id: string }>`select id from users`.execute(tx));
  expect(rows).toEqual([{ id: "usr_mine" }]);
  expect(await attempt(sql`update users set name = 'x'`)).toBe("no right");
  expect(await attempt(sql`delete from users`)).toBe("no right");
  expect(await attempt(sql`insert into users (id, email, name) values ('a', 'a', 'a')`)).toBe("no right");
});

test("lets the limited role add to the relay's backlog and nothing else", async () => {
  expect(await attempt(sql`insert into event_backlog (event_id) values ('evt_x')`)).toBe(1);
  expect(await attempt(sql`select from event_backlog`)).toBe("no right");
  expect(await attempt(sql`delete from event_backlog`)).toBe("no right");
  expect(await attempt(sql`select place_events(1)`)).toBe("no right");
});

test("would notice a table without policies", async () => {
  await owner("create table forgotten (id text primary key, workspace_id text not null); grant select, insert on forgotten to granary_app");
  await owner("insert into forgotten values ('a', $1), ('b', $2)", [HERE, THERE]);
  const found = (await findTables()).find((table) => table.name === "forgotten");
  expect(found).toBeDefined();
  expect(await attempt(sql`select from forgotten`)).toBe(2);
  await owner("drop table forgotten");
});
