import { silentLogger } from "@granary/kernel";
import { createTestDatabase, type TestDatabase } from "@granary/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "./database.ts";
import { isConnectionFailure } from "./failures.ts";
import { connectOwner } from "./owner-client.ts";

let test: TestDatabase;
let database: Database;
const one = { workspaceId: "ws_one" };
const two = { workspaceId: "ws_two" };

beforeAll(async () => {
  test = await createTestDatabase();
  database = openDatabase({ connection: test.connection, log: silentLogger, maxConnections: 4 });
  await database.tx("system", async (tx) => {
    await tx
      .insertInto("workspaces")
      .values([
        { id: "ws_one", slug: "one", name: "One" },
        { id: "ws_two", slug: "two", name: "Two" },
      ])
      .execute();
  });
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await test[Symbol.asyncDispose]();
});

const addGroup = (scope: typeof one, id: string, workspaceId = scope.workspaceId) =>
  database.tx(scope, (tx) => tx.insertInto("groups").values({ id, workspace_id: workspaceId, name: id }).execute());

describe("scopes", () => {
  it("shows each workspace its own rows on the same connections, whatever ran before", async () => {
    await addGroup(one, "grp_a");
    await addGroup(two, "grp_b");
    const seen = await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        const scope = i % 2 === 0 ? one : two;
        const rows = await database.reader(scope).selectFrom("groups").select("workspace_id").execute();
        return rows.every((row) => row.workspace_id === scope.workspaceId) && rows.length === 1;
      }),
    );
    expect(seen).not.toContain(false);
  });

  it("refuses to write a row into another workspace", async () => {
    await expect(addGroup(one, "grp_c", "ws_two")).rejects.toThrow("row-level security");
  });

  it("shows the system role every workspace", async () => {
    expect(await database.reader("system").selectFrom("groups").select("id").execute()).toHaveLength(2);
  });

  it("does not let the workspace role touch accounts, sessions or the log's past", async () => {
    const attempts = [
      sql`update users set instance_admin = true`,
      sql`select * from sessions`,
      sql`select * from credentials`,
      sql`delete from events`,
      sql`update events set type = 'x'`,
      sql`alter table groups disable row level security`,
      sql`set role granary_system`,
    ];
    for (const attempt of attempts) await expect(database.tx(one, (tx) => attempt.execute(tx))).rejects.toThrow(/permission denied|must be owner/);
  });
});

describe("transactions", () => {
  it("are the only way to write", async () => {
    const reader = database.reader(one) as unknown as Parameters<Parameters<Database["tx"]>[1]>[0];
    expect(() => reader.insertInto("groups").values({ id: "grp_x", workspace_id: "ws_one", name: "x" }).compile()).toThrow("ctx.tx");
    await expect(reader.deleteFrom("groups").execute()).rejects.toThrow("ctx.tx");
  });

  it("refuse the pool and a second transaction inside", async () => {
    await expect(database.tx(one, () => database.reader(one).selectFrom("groups").selectAll().execute())).rejects.toThrow("inner ctx");
    await expect(database.tx(one, () => database.tx(one, async () => undefined))).rejects.toThrow("inner ctx");
  });

  it("refuse to be used after their end", async () => {
    const escaped = await database.tx(one, async (tx) => ({ tx }));
    await expect(escaped.tx.selectFrom("groups").selectAll().execute()).rejects.toThrow("finished");
    expect(await database.reader(one).selectFrom("groups").select("id").execute()).toHaveLength(1);
  });

  it("leave nothing behind when their work throws", async () => {
    const failing = database.tx(one, async (tx) => {
      await tx.insertInto("groups").values({ id: "grp_gone", workspace_id: "ws_one", name: "gone" }).execute();
      throw new Error("on purpose");
    });
    await expect(failing).rejects.toThrow("on purpose");
    expect(await database.reader(one).selectFrom("groups").select("id").where("id", "=", "grp_gone").execute()).toEqual([]);
  });

  it("run again when they lose against a concurrent one", async () => {
    let attempts = 0;
    const lockBoth = (first: string, second: string) =>
      database.tx("system", async (tx) => {
        attempts += 1;
        await tx.updateTable("workspaces").set({ name: first }).where("id", "=", first).execute();
        await tx.selectNoFrom(sql`pg_sleep(0.1)`.as("wait")).execute();
        await tx.updateTable("workspaces").set({ name: second }).where("id", "=", second).execute();
      });
    await Promise.all([lockBoth("ws_one", "ws_two"), lockBoth("ws_two", "ws_one")]);
    expect(attempts).toBeGreaterThanOrEqual(2);
  });
});

describe("listener", () => {
  it("delivers notifications, and tells subscribers to catch up after its connection was lost", async () => {
    const heard: string[] = [];
    await using _subscription = await database.listener.subscribe("test_channel", (payload) => heard.push(payload));
    await database.tx("system", (tx) => sql`select pg_notify('test_channel', 'first')`.execute(tx));
    await expect.poll(() => heard).toContain("first");
    await database
      .tx("system", (tx) =>
        sql`select set_config('role', 'none', true), pg_terminate_backend(pid) from pg_stat_activity where application_name like '%listener' and datname = current_database()`.execute(
          tx,
        ),
      )
      .catch(() => undefined);
    await expect.poll(() => heard, { timeout: 10_000 }).toContain("");
    await database.tx("system", (tx) => sql`select pg_notify('test_channel', 'second')`.execute(tx));
    await expect.poll(() => heard).toContain("second");
  });
});

describe("a connection that is cut", () => {
  it("between two statements of a transaction fails the transaction and nothing else", async () => {
    await using owner = await connectOwner(test.connection, "test");
    const cut = database.tx("system", async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
      await owner.query("select pg_terminate_backend($1, 5000)", [rows[0]?.pid]);
      // The loss arrives while no statement runs: nobody but the connection itself can hear of it.
      await new Promise((resolve) => setImmediate(resolve));
      await sql`select 1`.execute(tx);
    });
    await expect(cut).rejects.toSatisfy(isConnectionFailure);
    expect(await database.reader("system").selectFrom("workspaces").select("id").execute()).toHaveLength(2);
  });
});
