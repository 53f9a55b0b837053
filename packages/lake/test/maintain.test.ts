import { randomUUID } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createLake, type FileIo, type Lake, type LakeTransaction, type OpenTable, POLICY_PROPERTIES, type TableDefinition } from "@granary/lake";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dyingFileIo } from "./dying-file-io.ts";
import { type TestLake, testLake } from "./lake.ts";
import { type Cell, field, rowsFor, schemaOf, storedRows } from "./rows.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(() => bed[Symbol.asyncDispose]());

const HOUR = 3_600_000;
const SCHEMA = schemaOf([field(1, "id", "long", true), field(2, "note", "string")], [1]);
const MERGE: TableDefinition = { properties: { "write.merge.mode": "merge-on-read", "write.delete.mode": "merge-on-read" } };
const LIMITS = { minFiles: 2, maxDeletedShare: 0 };

/** The lake as it is that much later. */
function later(ms: number, fileIo: FileIo = bed.fileIo): Lake {
  const warehouseUri = pathToFileURL(bed.warehouse).href;
  return createLake({ engine: bed.engine, fileIo, warehouseUri, catalogName: "granary", now: () => new Date(Date.now() + ms) });
}

const refOf = (tableName: string) => ({ workspaceId: bed.workspaceId, tableName, transaction: bed.tx });
const numbered = (from: number, count: number, note = "first"): readonly (readonly Cell[])[] =>
  Array.from({ length: count }, (_, index) => [from + index, note]);
const source = (rows: readonly (readonly Cell[])[]) => rowsFor(SCHEMA, ["id", "note"], rows);

async function append(table: OpenTable, from: number, count: number): Promise<void> {
  await bed.publish(await bed.lake.stageAppend({ table, source: source(numbered(from, count)) }));
}

/** A table of `appends` files with 10 rows each, and a delete file for each of `upserts` changed rows. */
async function fragmented(appends: number, upserts = 0, definition = MERGE): Promise<OpenTable> {
  const tableName = `t_${randomUUID().replaceAll("-", "")}`;
  await bed.publish(await bed.lake.stageCreate({ workspaceId: bed.workspaceId, tableName, schema: SCHEMA, source: source(numbered(0, 10)), definition }));
  const table = await bed.open(tableName);
  for (let index = 1; index < appends; index += 1) await append(table, index * 10, 10);
  for (let index = 0; index < upserts; index += 1) await upsert(tableName, [[index * 10, "changed"]]);
  return bed.open(tableName);
}

async function upsert(tableName: string, rows: readonly (readonly Cell[])[]): Promise<void> {
  await bed.lake.commit({ transaction: bed.tx, stage: async () => bed.lake.stageUpsert({ table: await bed.open(tableName), source: source(rows) }) });
}

const byId = (rows: readonly (readonly unknown[])[]): readonly (readonly unknown[])[] => rows.toSorted((left, right) => Number(left[0]) - Number(right[0]));
const rowsOf = async (table: OpenTable): Promise<readonly (readonly unknown[])[]> => byId(await storedRows(bed, table));
const rowsNow = async (tableName: string): Promise<readonly (readonly unknown[])[]> => rowsOf(await bed.open(tableName));

const snapshotIds = async (tableName: string): Promise<readonly string[]> =>
  (await bed.tx((tx) => bed.lake.snapshots(tx, { workspaceId: bed.workspaceId, tableName }))).snapshots.map((snapshot) => snapshot.snapshotId);

/** What lies on the disk for a table. */
function stored(table: OpenTable): { readonly files: readonly string[]; readonly bytes: number } {
  const root = fileURLToPath(table.location);
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  return { files: paths, bytes: paths.reduce((sum, path) => sum + statSync(path).size, 0) };
}

/** Runs something just before the transaction of that number. */
function before(number: number, work: () => Promise<unknown>): <T>(inner: (tx: LakeTransaction) => Promise<T>) => Promise<T> {
  let calls = 0;
  return async (inner) => {
    calls += 1;
    if (calls === number) await work();
    return bed.tx(inner);
  };
}

describe("compaction", () => {
  it("joins small files and applies deletes, and every version reads as before", async () => {
    const table = await fragmented(6, 3);
    const { tableName } = table;
    const rows = await rowsOf(table);
    const files = table.entries.map((entry) => entry.file);
    const compacted = await bed.lake.compact({ ...refOf(tableName), limits: LIMITS });
    expect(compacted).toMatchObject({ commits: 1, filesBefore: 9, deleteFilesBefore: 3, filesAfter: 1, isUnfinished: false });
    expect(compacted.bytesBefore).toBe(files.reduce((sum, file) => sum + file.bytes, 0));
    const after = await bed.open(tableName);
    expect(after.entries.map((entry) => entry.file.bytes)).toEqual([compacted.bytesAfter]);
    expect(await rowsOf(after)).toEqual(rows);
    expect(await rowsOf(await bed.open(tableName, table.snapshotId ?? ""))).toEqual(rows);
    expect(await bed.lake.compact({ ...refOf(tableName), limits: LIMITS })).toMatchObject({ commits: 0, isUnfinished: false });
  });

  it("goes on beside a writer who appends, and starts over for one who changes its rows", async () => {
    const table = await fragmented(4);
    const { tableName } = table;
    const besideAppend = await bed.lake.compact({ ...refOf(tableName), limits: LIMITS, transaction: before(2, () => append(table, 1000, 10)) });
    // The four it had read, and then what those became with the one that came meanwhile.
    expect(besideAppend).toMatchObject({ commits: 2, filesBefore: 6, isUnfinished: false });
    for (let from = 2000; from < 2030; from += 10) await append(table, from, 10);
    const transaction = before(2, () => upsert(tableName, [[5, "meanwhile"]]));
    const besideUpsert = await bed.lake.compact({ ...refOf(tableName), limits: LIMITS, transaction });
    expect(besideUpsert).toMatchObject({ commits: 1, isUnfinished: false });
    const rows = await rowsNow(tableName);
    expect(rows).toHaveLength(80);
    expect(rows[5]).toEqual(["5", "meanwhile"]);
  });

  it("stops when its time is up or a writer is always faster, and says that there is more", async () => {
    const { tableName } = await fragmented(6);
    expect(await bed.lake.compact({ ...refOf(tableName), limits: { ...LIMITS, maxBytes: 1 }, budgetMs: 0 })).toMatchObject({ commits: 1, isUnfinished: true });
    const busy = await fragmented(3);
    let at = 0;
    let calls = 0;
    const transaction = async <T>(work: (tx: LakeTransaction) => Promise<T>): Promise<T> => {
      calls += 1;
      if (calls % 2 === 0) await upsert(busy.tableName, [[(at += 1), "faster"]]);
      return bed.tx(work);
    };
    expect(await bed.lake.compact({ ...refOf(busy.tableName), limits: LIMITS, transaction })).toMatchObject({ commits: 0, isUnfinished: true });
    expect(await rowsNow(busy.tableName)).toHaveLength(30);
  });
});

describe("expiry", () => {
  it("keeps what tags, branches, age and number ask for", async () => {
    const table = await fragmented(6);
    const { tableName } = table;
    const ref = { workspaceId: bed.workspaceId, tableName };
    const ids = (await snapshotIds(tableName)).toReversed();
    const name = (index: number, name: string, type: "tag" | "branch") =>
      bed.tx((tx) => bed.lake.setRef(tx, ref, { name, type, at: { snapshotId: ids[index] ?? "" } }));
    await name(1, "kept", "tag");
    await name(3, "side", "branch");
    expect(await bed.lake.expireSnapshots({ ...refOf(tableName), maxAgeMs: HOUR })).toMatchObject({ snapshotIds: [], files: 0, bytes: 0 });
    const expired = await bed.lake.expireSnapshots({ ...refOf(tableName), maxAgeMs: -HOUR, minToKeep: 1 });
    expect(new Set(expired.snapshotIds)).toEqual(new Set([ids[0], ids[2], ids[4]]));
    expect((await snapshotIds(tableName)).toReversed()).toEqual([ids[1], ids[3], ids[5]]);
    const side = await bed.tx((tx) => bed.lake.open(tx, { ...ref, at: { branch: "side" } }));
    expect([await rowsNow(tableName), await rowsOf(side)].map((rows) => rows.length)).toEqual([60, 40]);
    expect(await bed.lake.expireSnapshots({ ...refOf(tableName), maxAgeMs: -HOUR, minToKeep: 1 })).toMatchObject({ snapshotIds: [], files: 0 });
  });

  it("lets a reader of an old version finish, then frees what it said", async () => {
    const table = await fragmented(5, 2);
    const { tableName } = table;
    await bed.lake.compact({ ...refOf(tableName), limits: LIMITS });
    const rows = await rowsOf(table);
    const expired = await bed.lake.expireSnapshots({ ...refOf(tableName), maxAgeMs: -HOUR, minToKeep: 1, graceMs: HOUR });
    const disk = stored(table);
    const { workspaceId } = bed;
    expect(await bed.tx((tx) => bed.lake.deleteDiscards(tx, { workspaceId, tableName }))).toEqual({ files: 0, bytes: 0 });
    expect(await rowsOf(table)).toEqual(rows);
    const freed = await bed.tx((tx) => later(2 * HOUR).deleteDiscards(tx, { workspaceId, tableName }));
    expect(freed).toEqual({ files: expired.files, bytes: expired.bytes });
    const left = stored(table);
    expect([disk.files.length - left.files.length, disk.bytes - left.bytes]).toEqual([freed.files, freed.bytes]);
    await expect(rowsOf(table)).rejects.toMatchObject({ code: "storage.missing" });
    expect(await rowsNow(tableName)).toEqual(rows);
    expect(await bed.tx((tx) => later(2 * HOUR).deleteDiscards(tx, { workspaceId, tableName }))).toEqual({ files: 0, bytes: 0 });
  });

  it("sees a tag that was set while it looked", async () => {
    const { tableName } = await fragmented(3);
    const [, , first = ""] = await snapshotIds(tableName);
    const tag = () =>
      bed.tx((tx) => bed.lake.setRef(tx, { workspaceId: bed.workspaceId, tableName }, { name: "just now", type: "tag", at: { snapshotId: first } }));
    const expired = await bed.lake.expireSnapshots({ ...refOf(tableName), maxAgeMs: -HOUR, graceMs: 0, transaction: before(2, tag) });
    expect(expired.snapshotIds).toHaveLength(1);
    await bed.tx((tx) => later(HOUR).deleteDiscards(tx, { workspaceId: bed.workspaceId, tableName }));
    expect(await rowsOf(await bed.open(tableName, first))).toHaveLength(10);
  });

  it("keeps files that an older version needs again after a rollback", async () => {
    const table = await fragmented(3);
    const { tableName } = table;
    const [, , first = ""] = await snapshotIds(tableName);
    await bed.lake.compact({ ...refOf(tableName), limits: LIMITS });
    await bed.tx((tx) => bed.lake.rollback(tx, { workspaceId: bed.workspaceId, tableName }, { to: { snapshotId: first } }));
    await bed.lake.expireSnapshots({ ...refOf(tableName), maxAgeMs: -HOUR, graceMs: 0 });
    await bed.tx((tx) => later(HOUR).deleteDiscards(tx, { workspaceId: bed.workspaceId, tableName }));
    expect(await rowsNow(tableName)).toHaveLength(10);
  });
});

describe("manifests and metadata", () => {
  it("merges many manifests into few, once, and versions read as before", async () => {
    const table = await fragmented(12);
    const rows = await rowsOf(table);
    const manifests = () => bed.lake.rewriteManifests({ ...refOf(table.tableName), minCount: 10 });
    expect(await manifests()).toEqual({ before: 12, after: 1 });
    expect(await manifests()).toEqual({ before: 1, after: 1 });
    expect(await rowsNow(table.tableName)).toEqual(rows);
    expect(await rowsOf(await bed.open(table.tableName, table.snapshotId ?? ""))).toEqual(rows);
  });

  it("lets old metadata go, of which the newest stay", async () => {
    const table = await fragmented(8);
    const { tableName } = table;
    const metadata = (): readonly string[] => stored(table).files.filter((path) => path.endsWith(".metadata.json"));
    const before = metadata();
    const freed = await bed.lake.deleteOldMetadata({ ...refOf(tableName), keep: 2, graceMs: 0 });
    const sizes = before.toSorted().slice(0, freed.files);
    expect(freed).toEqual({ files: 5, bytes: sizes.reduce((sum, path) => sum + statSync(path).size, 0) });
    await bed.tx((tx) => later(HOUR).deleteDiscards(tx, { workspaceId: bed.workspaceId, tableName }));
    expect(metadata()).toHaveLength(before.length + 1 - freed.files);
    expect(await bed.lake.deleteOldMetadata({ ...refOf(tableName), keep: 5 })).toEqual({ files: 0, bytes: 0 });
    expect(await rowsNow(tableName)).toHaveLength(80);
  });
});

describe("the sweep", () => {
  it("takes what nobody needs and is old, and leaves what is staged, kept or young", async () => {
    const from = await fragmented(2);
    await upsert(from.tableName, [[1, "changed"]]);
    const to = await bed.open(from.tableName);
    const kept = await bed.lake.diff({ from, to });
    await bed.tx((tx) => bed.lake.keepChangeSet(tx, kept.changeSet));
    const nobodys = await bed.lake.diff({ from, to });
    const staged = await bed.lake.stageAppend({ table: to, source: source(numbered(500, 5)) });
    const orphans = [nobodys.changeSet.file?.uri ?? ""];
    const sweep = () => bed.tx((tx) => bed.lake.sweepOrphans(tx, { workspaceId: bed.workspaceId }));
    await sweep();
    expect(stored(to).files).toContain(fileURLToPath(orphans[0] ?? ""));
    const old = new Date(Date.now() - 48 * HOUR);
    for (const path of stored(to).files) if (path !== fileURLToPath(staged.added[0]?.uri ?? "")) await utimes(path, old, old);
    const before = stored(to);
    const swept = await sweep();
    const after = stored(to);
    expect(before.files.filter((path) => !after.files.includes(path))).toEqual(orphans.map((uri) => fileURLToPath(uri)));
    expect(before.bytes - after.bytes).toBe(swept.bytes);
    expect(await sweep()).toEqual({ files: 0, bytes: 0 });
    await bed.publish(staged);
    expect(await rowsNow(from.tableName)).toHaveLength(25);
    expect(stored(to).files).toContain(fileURLToPath(kept.changeSet.file?.uri ?? ""));
  });
});

describe("a table's policy", () => {
  const withPolicy = (properties: Readonly<Record<string, string>>): TableDefinition => ({ properties: { ...MERGE.properties, ...properties } });

  it("does everything in one go, tells what it did, and finds nothing to do the next time", async () => {
    const table = await fragmented(6, 2, withPolicy({ [POLICY_PROPERTIES.maxAgeMs]: "1", [POLICY_PROPERTIES.metadataToKeep]: "3" }));
    const { tableName } = table;
    const rows = await rowsOf(table);
    const lake = later(HOUR);
    const first = await lake.maintain({ ...refOf(tableName), graceMs: 0 });
    expect(first.compacted).toMatchObject({ filesBefore: 8, deleteFilesBefore: 2, filesAfter: 1 });
    expect(first.expired?.snapshotIds).toHaveLength(8);
    expect(first.deleted.files).toBeGreaterThan(10);
    expect(await snapshotIds(tableName)).toHaveLength(1);
    expect(await rowsNow(tableName)).toEqual(rows);
    expect(await lake.maintain({ ...refOf(tableName), graceMs: 0 })).toMatchObject({ compacted: undefined, manifests: undefined, expired: undefined });
    await later(HOUR).maintain({ ...refOf(tableName), graceMs: 0 });
    expect(stored(table).files.filter((path) => path.endsWith(".parquet"))).toHaveLength(1);
  });

  it("leaves a table alone whose owner says so, and never lets versions go unless asked", async () => {
    const off = await fragmented(6, 0, withPolicy({ [POLICY_PROPERTIES.enabled]: "false", [POLICY_PROPERTIES.maxAgeMs]: "1" }));
    const files = stored(off).files;
    expect(await later(HOUR).maintain(refOf(off.tableName))).toMatchObject({ compacted: undefined, expired: undefined, deleted: { files: 0 } });
    expect(stored(off).files).toEqual(files);
    const silent = await fragmented(6);
    expect(await later(1000 * HOUR).maintain(refOf(silent.tableName))).toMatchObject({ compacted: { filesBefore: 6 }, expired: undefined });
    expect(await snapshotIds(silent.tableName)).toHaveLength(7);
    expect(await later(HOUR).maintain({ ...refOf(off.tableName), policy: { isEnabled: true } })).toMatchObject({ compacted: { filesBefore: 6 } });
  });

  it("loses no row beside writers and readers at full speed", async () => {
    const table = await fragmented(4, 0, withPolicy({ [POLICY_PROPERTIES.maxAgeMs]: "1" }));
    const { tableName } = table;
    let isWriting = true;
    const write = async (): Promise<void> => {
      for (let index = 0; index < 12; index += 1) {
        await append(table, 1000 + index * 10, 10);
        await upsert(tableName, [[index, `changed ${index}`]]);
      }
      isWriting = false;
    };
    const read = async (): Promise<void> => {
      while (isWriting) {
        const rows = await rowsNow(tableName);
        expect(new Set(rows.map(([id]) => id)).size).toBe(rows.length);
        expect(rows.length % 10).toBe(0);
      }
    };
    const care = async (): Promise<void> => {
      while (isWriting)
        await bed.lake.maintain({ ...refOf(tableName), policy: { compaction: { ...LIMITS, targetBytes: 1024 * 1024, maxBytes: 1024 * 1024 } } });
    };
    await Promise.all([write(), read(), care()]);
    const rows = await rowsNow(tableName);
    expect(rows).toHaveLength(160);
    expect(rows.slice(0, 12)).toEqual(Array.from({ length: 12 }, (_, index) => [String(index), `changed ${index}`]));
  });

  it("is finished by the next run wherever it was stopped", { timeout: 120_000 }, async () => {
    const table = await fragmented(4, 1, withPolicy({ [POLICY_PROPERTIES.maxAgeMs]: "1" }));
    const { tableName } = table;
    const rows = await rowsOf(table);
    let steps = 0;
    for (let isDone = false; !isDone; steps += 1) {
      const lake = later(HOUR, dyingFileIo(bed.fileIo, steps));
      isDone = await lake
        .maintain({ ...refOf(tableName), graceMs: 0, policy: { compaction: { ...LIMITS, targetBytes: 1024 * 1024, maxBytes: 1024 * 1024 } } })
        .then(
          () => true,
          () => false,
        );
      expect(await rowsNow(tableName)).toEqual(rows);
    }
    expect(steps).toBeGreaterThan(6);
    const sweep = () => bed.tx((tx) => later(48 * HOUR).sweepOrphans(tx, { workspaceId: bed.workspaceId }));
    await sweep();
    expect(await sweep()).toEqual({ files: 0, bytes: 0 });
    expect(await snapshotIds(tableName)).toHaveLength(1);
    expect(stored(table).files.filter((path) => path.endsWith(".parquet"))).toHaveLength(1);
    expect(await rowsNow(tableName)).toEqual(rows);
  });
});
