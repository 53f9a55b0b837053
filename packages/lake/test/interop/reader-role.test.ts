import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { connectOwner } from "@granary/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newWorkspaceId, testLake, type TestLake } from "../lake.ts";
import { emptyTable } from "../staged-files.ts";

type Client = Awaited<ReturnType<typeof connectOwner>>;

const ROLE = `lake_reader_${randomBytes(6).toString("hex")}`;
const CATALOG = ["iceberg_namespace_properties", "iceberg_tables"];

/** The statements of the guide, for a role of this test's own: roles belong to the whole server. */
function documentedSql(workspaceId: string): string {
  const guide = readFileSync(new URL("../../../../docs/open-tables.md", import.meta.url), "utf8");
  const block = /```sql\n(create role lake_reader[^]*?)```/.exec(guide)?.[1] ?? "";
  return block
    .replaceAll("lake_reader", ROLE)
    .replaceAll("ws_…", workspaceId)
    .replaceAll("'…'", `'${randomBytes(12).toString("hex")}'`);
}

let bed: TestLake;
let owner: Client;
let reader: Client;
beforeAll(async () => {
  bed = await testLake();
  await emptyTable(bed, "orders");
  const other = newWorkspaceId();
  await bed.database.tx({ workspaceId: other }, (tx) =>
    bed.lake.createTable(tx, { workspaceId: other, tableName: "secret", schema: { type: "struct", "schema-id": 0, fields: [] } }),
  );
  owner = await connectOwner(bed.connection, "reader role test");
  await owner.query(documentedSql(bed.workspaceId));
  reader = await connectOwner({ ...bed.connection, user: ROLE }, "reader role test");
});
afterAll(async () => {
  await reader[Symbol.asyncDispose]();
  await owner.query(`drop owned by ${ROLE}; drop role ${ROLE}`);
  await owner[Symbol.asyncDispose]();
  await bed[Symbol.asyncDispose]();
});

const codeOf = (sql: string): Promise<unknown> =>
  reader.query(sql).then(
    () => "no error",
    (error: unknown) => (error as { readonly code?: unknown }).code,
  );

describe("the PostgreSQL role of docs/open-tables.md", () => {
  it("reads where the tables of its workspace lie, and of no other", async () => {
    expect((await reader.query("select current_user::text as role")).rows).toEqual([{ role: ROLE }]);
    const { rows } = await reader.query("select catalog_name, table_namespace, table_name, metadata_location from iceberg_tables");
    const metadata_location = expect.stringContaining(`/${bed.workspaceId}/orders`);
    expect(rows).toEqual([{ catalog_name: "granary", table_namespace: bed.workspaceId, table_name: "orders", metadata_location }]);
    const namespaces = await reader.query("select namespace from iceberg_namespace_properties");
    expect(namespaces.rows).toEqual([{ namespace: bed.workspaceId }]);
  });

  it("reads nothing else", async () => {
    const relations = await owner.query(
      "select c.oid::regclass::text as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S') order by 1",
    );
    const names = relations.rows.map((row) => String(row["name"]));
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) expect([name, await codeOf(`select from ${name} limit 1`)]).toEqual([name, CATALOG.includes(name) ? "no error" : "42501"]);
  });

  it("writes nothing and becomes nobody else", async () => {
    for (const name of CATALOG) {
      for (const sql of [`delete from ${name}`, `truncate ${name}`, `insert into ${name} default values`])
        expect([sql, await codeOf(sql)]).toEqual([sql, "42501"]);
    }
    expect(await codeOf("update iceberg_tables set metadata_location = 'elsewhere'")).toBe("42501");
    expect(await codeOf("create table mine (id int)")).toBe("42501");
    for (const role of ["granary_app", "granary_system"]) expect(await codeOf(`set role ${role}`)).toBe("42501");
    const powerful = await reader.query(
      "select p.oid::regprocedure::text from pg_proc p where p.prosecdef and p.pronamespace = 'public'::regnamespace and has_function_privilege(p.oid, 'execute')",
    );
    expect(powerful.rows).toEqual([]);
  });
});
