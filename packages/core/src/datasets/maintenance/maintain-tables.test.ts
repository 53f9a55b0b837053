import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { JobPayload } from "@granary/jobs";
import { connectOwner } from "@granary/db";
import { newId } from "@granary/kernel";
import type { OpenTable, StagedImport } from "@granary/lake";
import { startTestServer, type TestServer } from "@granary/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.startWorker();
});
beforeEach(async () => {
  const ctx = await server.ctx();
  await ctx.system.tx((ctx) => ctx.db.deleteFrom("datasets").execute());
});
afterAll(() => server[Symbol.asyncDispose]());

const workspaceId = () => server.workspace.id;
const tx: <T>(work: (db: Parameters<typeof server.services.lake.publish>[0]) => Promise<T>) => Promise<T> = (work) =>
  server.services.database.tx({ workspaceId: workspaceId() }, work);
const open = (tableName: string): Promise<OpenTable> => tx((db) => server.services.lake.open(db, { workspaceId: workspaceId(), tableName }));

/** A dataset whose table came in that many appends, each a small file; its newest version is the last of them. */
async function fragmented(name: string, files = 5): Promise<string> {
  const id = newId("dataset");
  const { lake, config } = server.services;
  const stage = (file: number, target?: OpenTable): Promise<StagedImport> => {
    const path = join(config.dataDir, `${id}-${file}.csv`);
    writeFileSync(path, `id,note\n${file},row ${file}\n`);
    return lake.stageFile({ path, workspaceId: workspaceId(), tableName: id, ...(target === undefined ? {} : { target }) });
  };
  const first = await stage(1);
  await tx((db) => lake.publish(db, first, { mode: "create" }));
  const target = await open(id);
  const appends = await Promise.all(Array.from({ length: files - 1 }, (_, index) => stage(index + 2, target)));
  for (const staged of appends) await tx((db) => lake.publish(db, staged, { mode: "change" }));
  const { snapshotId } = await open(id);
  const ids = { workspace_id: workspaceId(), dataset_id: id };
  await server.services.database.tx({ workspaceId: workspaceId() }, async (db) => {
    await db
      .insertInto("datasets")
      .values({ id, workspace_id: workspaceId(), name, table_name: id, data_version: 1, schema_version: 1, snapshot_id: snapshotId, row_count: files })
      .execute();
    await db
      .insertInto("schema_versions")
      .values({ ...ids, number: 1, columns: "[]" })
      .execute();
    await db
      .insertInto("dataset_versions")
      .values({ ...ids, number: 1, snapshot_id: snapshotId ?? "", schema_version: 1, row_count: files })
      .execute();
  });
  return id;
}

async function enqueue(payload: JobPayload<"maintenance.tables"> = {}): Promise<string> {
  const ctx = await server.ctx();
  return ctx.system.tx((ctx) => ctx.enqueue("maintenance.tables", payload));
}

const jobOf = async (id: string) => {
  const ctx = await server.ctx();
  return ctx.system.db
    .selectFrom("jobs")
    .select(["state", "result"])
    .where("id", "=", id as never)
    .executeTakeFirstOrThrow();
};

async function ended(id: string): Promise<{ readonly state: string; readonly result: unknown }> {
  await expect.poll(async () => (await jobOf(id)).state, { timeout: 40_000 }).toMatch(/succeeded|failed|cancelled/);
  return jobOf(id);
}

interface RecordedEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly workspace_id: string | null;
}

async function eventsOf(dataset: string): Promise<readonly RecordedEvent[]> {
  const ctx = await server.ctx();
  const { rows } = await sql<RecordedEvent>`select type, data, workspace_id from events where subject_id = ${dataset} order by id`.execute(ctx.system.db);
  return rows;
}

const dataFiles = async (id: string): Promise<number> => (await open(id)).entries.length;

const snapshotsOf = async (id: string): Promise<unknown> => {
  const ctx = await server.ctx();
  const { rows } =
    await sql`select d.snapshot_id as dataset, v.snapshot_id as version from datasets d join dataset_versions v on v.dataset_id = d.id where d.id = ${id}`.execute(
      ctx.system.db,
    );
  return rows[0];
};

describe("the nightly maintenance of tables", () => {
  it("compacts each table, lets its newest version follow, and tells what it did", async () => {
    const [first, small] = [await fragmented("first"), await fragmented("small", 2)];
    const { state, result } = await ended(await enqueue());
    expect([state, result]).toEqual(["succeeded", { tables: 2, changed: 1, failed: 0, filesFreed: 0, bytesFreed: 0, goesOn: false }]);
    expect([await dataFiles(first), await dataFiles(small)]).toEqual([1, 2]);
    const table = await open(first);
    expect(table.rows).toBe(5);
    expect(await snapshotsOf(first)).toEqual({ dataset: table.snapshotId, version: table.snapshotId });
    const [event, ...others] = await eventsOf(first);
    expect(others).toEqual([]);
    expect(event).toMatchObject({ type: "dataset.maintained", workspace_id: workspaceId(), data: { filesRewritten: 5, filesWritten: 1, isUnfinished: false } });
    expect(await eventsOf(small)).toEqual([]);
  });

  it("leaves a version that a tag names where it is", async () => {
    const id = await fragmented("tagged");
    const before = await open(id);
    await tx((db) => server.services.lake.setRef(db, { workspaceId: workspaceId(), tableName: id }, { name: "audited", type: "tag" }));
    expect((await ended(await enqueue())).state).toBe("succeeded");
    expect(await dataFiles(id)).toBe(1);
    expect(await snapshotsOf(id)).toEqual({ dataset: before.snapshotId, version: before.snapshotId });
  });

  it("frees what an earlier round let go once its time has come", async () => {
    const id = await fragmented("expiring");
    const set = { "history.expire.max-snapshot-age-ms": "1", "write.metadata.previous-versions-max": "1" };
    await tx((db) => server.services.lake.setProperties(db, { workspaceId: workspaceId(), tableName: id }, { set }));
    await ended(await enqueue());
    const [first] = await eventsOf(id);
    expect(first?.data).toMatchObject({ snapshotsExpired: 5, filesFreed: 0 });
    const ctx = await server.ctx();
    await ctx.system.tx((ctx) => sql`update lake_discards set due_at = now() where table_name = ${id}`.execute(ctx.db));
    const { result } = await ended(await enqueue());
    expect(result).toMatchObject({ tables: 1, changed: 1, failed: 0 });
    const [, second] = await eventsOf(id);
    expect(first?.data["filesLetGo"]).toBeGreaterThan(0);
    expect(second?.data["filesFreed"]).toBe(first?.data["filesLetGo"]);
    expect((await open(id)).rows).toBe(5);
  });

  it("goes on with the other tables after a bad one, and notes that one", async () => {
    const [bad, good] = [await fragmented("bad"), await fragmented("good")];
    for (const { file } of (await open(bad)).entries.slice(0, 1)) rmSync(fileURLToPath(file.uri));
    const { state, result } = await ended(await enqueue());
    expect([state, result]).toMatchObject(["succeeded", { tables: 2, changed: 1, failed: 1 }]);
    expect(await eventsOf(bad)).toMatchObject([{ type: "dataset.maintenance_failed", data: { code: "storage.missing" } }]);
    expect([await dataFiles(bad), await dataFiles(good)]).toEqual([5, 1]);
  });

  it("hands on to another job when its time is up", async () => {
    const ids = [await fragmented("one"), await fragmented("two")];
    const first = await enqueue({ sliceS: 0 });
    expect((await ended(first)).result).toMatchObject({ tables: 1, changed: 1, goesOn: true });
    await expect.poll(() => Promise.all(ids.map(dataFiles)), { timeout: 40_000 }).toEqual([1, 1]);
  });

  it("stops when it is cancelled, and goes on where it was when it is queued again", async () => {
    const [first, second] = [await fragmented("stopped"), await fragmented("untouched")];
    await using other = await connectOwner(server.connection, "another writer");
    await other.query("begin");
    await other.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`granary.${workspaceId()}.${first}`]);
    const job = await enqueue();
    const waiting = async (): Promise<unknown> => {
      const { rows } = await other.query(
        "select 1 from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())",
      );
      return rows.length;
    };
    await expect.poll(waiting, { timeout: 40_000 }).toBe(1);
    expect((await server.request("POST", `/jobs/${job}/cancel`, { as: server.admin })).status).toBe(200);
    await other.query("commit");
    expect((await ended(job)).state).toBe("cancelled");
    // The commit that was waiting may come or not; no other table is begun.
    expect(await dataFiles(second)).toBe(5);
    expect((await ended(await enqueue())).state).toBe("succeeded");
    for (const table of [await open(first), await open(second)]) expect([table.entries.length, table.rows]).toEqual([1, 5]);
  });
});
