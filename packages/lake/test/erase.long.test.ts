import { randomUUID } from "node:crypto";
import { pathToFileURL } from "node:url";
import { isAppError } from "@granary/kernel";
import type { EraseRequest, Erasure, IcebergSchema, LakeTransaction, OpenTable, SnapshotInfo, TableDefinition } from "@granary/lake";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dyingFileIo } from "./dying-file-io.ts";
import { dataFile, deleteFile, equalityDeleteFile, type HandMade, stagedChange } from "./hand-made.ts";
import { type TestLake, testLake } from "./lake.ts";
import { type Cell, field, rowsFor, schemaOf, storedRows, valuesSource } from "./rows.ts";
import { filesWith } from "./stored-bytes.ts";
import { warehouseLake } from "./warehouse-lake.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(() => bed[Symbol.asyncDispose]());

const CANARY = "canary.mail.of.somebody@example.org";
const SECRET = "Canary Secretname";
const PEOPLE = schemaOf([field(1, "email", "string", true), field(2, "name", "string"), field(3, "age", "int")], [1]);
const MERGE: TableDefinition = { properties: { "write.merge.mode": "merge-on-read", "write.delete.mode": "merge-on-read" } };

const keysIn = (...emails: readonly string[]) =>
  valuesSource(
    [{ name: "email", type: { kind: "text" } }],
    emails.map((email) => [email]),
  );

const newTable = (): string => `t_${randomUUID().replaceAll("-", "")}`;

async function create(tableName: string, rows: readonly (readonly Cell[])[], definition = MERGE, schema: IcebergSchema = PEOPLE): Promise<OpenTable> {
  const names = schema.fields.map((item) => item.name);
  await bed.publish(await bed.lake.stageCreate({ workspaceId: bed.workspaceId, tableName, schema, source: rowsFor(schema, names, rows), definition }));
  return bed.open(tableName);
}

async function upsert(table: OpenTable, names: readonly string[], rows: readonly (readonly Cell[])[]): Promise<OpenTable> {
  await bed.publish(await bed.lake.stageUpsert({ table, source: rowsFor(table.schema, names, rows) }));
  return bed.open(table.tableName);
}

const erase = (tableName: string, options: Partial<EraseRequest> = {}): Promise<Erasure> =>
  bed.lake.erase({ workspaceId: bed.workspaceId, tableName, transaction: bed.tx, keysIn: keysIn(CANARY), ...options });

const snapshotsOf = async (tableName: string): Promise<readonly SnapshotInfo[]> =>
  (await bed.tx((tx) => bed.lake.snapshots(tx, { workspaceId: bed.workspaceId, tableName }))).snapshots.toReversed();

/** The rows of every snapshot, as a reader finds them now. */
async function history(tableName: string): Promise<readonly (readonly (readonly unknown[])[])[]> {
  const found: (readonly (readonly unknown[])[])[] = [];
  for (const { snapshotId } of await snapshotsOf(tableName)) found.push(await storedRows(bed, await bed.open(tableName, snapshotId)));
  return found;
}

const others = (rows: readonly (readonly unknown[])[]): readonly (readonly unknown[])[] => rows.filter((row) => row[0] !== CANARY);

const shape = (snapshots: readonly SnapshotInfo[]): unknown =>
  snapshots.map(({ snapshotId, parentId, sequenceNumber, committedAt, operation, schemaId, refs }) => [
    snapshotId,
    parentId,
    sequenceNumber,
    committedAt,
    operation,
    schemaId,
    refs,
  ]);

const people = (count: number): readonly (readonly Cell[])[] =>
  Array.from({ length: count }, (_, index) => [`person${index}@example.org`, `Name ${index}`, index]);

/** A table with everything a history may have: delete files, other columns, a branch, a tag, a kept change set and compacted files. */
async function eventful(tableName: string): Promise<void> {
  const ref = { workspaceId: bed.workspaceId, tableName };
  let table = await create(tableName, [...people(50), [CANARY, SECRET, 30], ...people(100).slice(50)]);
  const first = table;
  await bed.tx((tx) => bed.lake.setRef(tx, ref, { name: "first", type: "tag", at: { branch: "main" } }));
  table = await upsert(
    table,
    ["email", "name", "age"],
    [
      [CANARY, `${SECRET} II`, 31],
      ["person7@example.org", "Seven", 70],
    ],
  );
  const { changeSet } = await bed.lake.diff({ from: first, to: table });
  await bed.tx((tx) => bed.lake.keepChangeSet(tx, changeSet));
  await bed.tx((tx) => bed.lake.setRef(tx, ref, { name: "side", type: "branch", at: { branch: "main" } }));
  await bed.tx((tx) =>
    bed.lake.evolveSchema(tx, ref, {
      changes: [
        { kind: "rename", fieldId: 2, name: "full_name" },
        { kind: "widen", fieldId: 3, type: "long" },
        { kind: "add", name: "city", type: "string" },
      ],
    }),
  );
  table = await upsert(
    await bed.open(tableName),
    ["email", "full_name", "age", "city"],
    [
      [CANARY, `${SECRET} III`, 32, "Canaryville"],
      ["new@example.org", "New", 1, "Rome"],
    ],
  );
  await bed.tx((tx) => bed.lake.evolveSchema(tx, ref, { changes: [{ kind: "drop", fieldId: 2 }] }));
  const side = await bed.tx((tx) => bed.lake.open(tx, { ...ref, at: { branch: "side" } }));
  await bed.publish(await bed.lake.stageDelete({ table: side, keysIn: keysIn("person9@example.org") }));
  await bed.lake.compact({ ...ref, transaction: bed.tx, limits: { minFiles: 2, maxDeletedShare: 0 } });
  await bed.publish(await bed.lake.stageDelete({ table: await bed.open(tableName), keysIn: keysIn(CANARY, "person3@example.org") }));
}

describe("erasing a person's rows", () => {
  it("removes them from every snapshot, branch, tag, delete file and change set, and no byte of them is left", async () => {
    const tableName = newTable();
    await eventful(tableName);
    const [before, rows] = [await snapshotsOf(tableName), await history(tableName)];
    expect((await filesWith(bed, tableName, CANARY.slice(0, 16), SECRET)).length).toBeGreaterThan(8);

    const erasure = await erase(tableName);
    expect(erasure).toMatchObject({ keys: 1, proof: true, rowsRemoved: 4 });
    expect(erasure.changeSets).toHaveLength(1);
    expect(erasure.changeSets[0]).toMatchObject({ removedRows: 1, file: { records: 1 } });
    expect(await filesWith(bed, tableName, CANARY, SECRET, "Canaryville", CANARY.slice(0, 16))).toEqual([]);

    const after = await snapshotsOf(tableName);
    expect(shape(after)).toEqual(shape(before));
    expect(await history(tableName)).toEqual(rows.map(others));
    const seen = new Map(erasure.snapshots.map((snapshot) => [snapshot.snapshotId, snapshot.rows]));
    expect(before.map(({ snapshotId }) => seen.get(snapshotId) ?? 0)).toEqual(rows.map((all) => all.length - others(all).length));
    expect(after.map(({ totalRows }) => totalRows)).toEqual(rows.map((all) => others(all).length));
    expect(after.filter(({ summary }) => summary["granary.erased-at"] === erasure.erasedAt.toISOString())).toHaveLength(erasure.snapshots.length);
  });

  it("keeps a table writable: upserts, deletes, compaction and another erasure follow", async () => {
    const tableName = newTable();
    await eventful(tableName);
    await erase(tableName);
    const table = await upsert(
      await bed.open(tableName),
      ["email", "age", "city"],
      [
        ["person1@example.org", 1000, "Oslo"],
        [CANARY, 1, "Back again"],
      ],
    );
    await bed.lake.compact({ workspaceId: bed.workspaceId, tableName, transaction: bed.tx, limits: { minFiles: 2, maxDeletedShare: 0 } });
    const rows = await storedRows(bed, table);
    expect(rows.filter(([email]) => email === CANARY)).toHaveLength(1);
    expect(await erase(tableName)).toMatchObject({ proof: true });
    expect(await storedRows(bed, await bed.open(tableName))).toHaveLength(others(rows).length);
    expect(await filesWith(bed, tableName, CANARY, "Back again")).toEqual([]);
  });

  it("changes nothing where no row has the key, and is the same a second time", async () => {
    const tableName = newTable();
    await create(tableName, people(20));
    const before = await bed.open(tableName);
    expect(await erase(tableName)).toMatchObject({ rowsRemoved: 0, snapshots: [], filesRewritten: 0, proof: true });
    expect((await bed.open(tableName)).entries).toEqual(before.entries);
  });

  it("drops a file that held nothing else, with the delete files on it", async () => {
    const tableName = newTable();
    const table = await create(tableName, people(5));
    await bed.publish(await bed.lake.stageAppend({ table, source: rowsFor(PEOPLE, ["email", "name", "age"], [[CANARY, SECRET, 1]]) }));
    const rows = await history(tableName);
    await erase(tableName);
    expect((await bed.open(tableName)).entries).toHaveLength(1);
    expect(await history(tableName)).toEqual(rows.map(others));
    expect((await snapshotsOf(tableName)).at(-1)?.summary).toMatchObject({ "total-data-files": "1", "added-records": "0", "granary.added-rows": "0" });
  });

  it("finds keys of several columns and of other types, in partitions too", async () => {
    const schema = schemaOf([field(1, "site", "int", true), field(2, "day", "date", true), field(3, "note", "string")], [1, 2]);
    const tableName = newTable();
    const partition = [{ "source-id": 1, transform: "identity" }];
    await create(
      tableName,
      [
        [4711, "2020-02-02", "the secret note"],
        [4711, "2020-02-03", "another day"],
        [4712, "2020-02-02", "another site"],
        [4713, "2020-02-02", "the secret partition"],
      ],
      { partition },
      schema,
    );
    const days = valuesSource(
      [
        { name: "day", type: { kind: "date" } },
        { name: "site", type: { kind: "integer" } },
      ],
      [
        ["2020-02-02", 4711],
        ["2020-02-02", 4713],
      ],
    );
    const erasure = await erase(tableName, { keysIn: days });
    expect(erasure).toMatchObject({ keys: 2, rowsRemoved: 2 });
    expect((await storedRows(bed, await bed.open(tableName))).map((row) => row[2])).toEqual(["another day", "another site"]);
    expect(await filesWith(bed, tableName, "the secret")).toEqual([]);
  });

  it("rewrites what another engine wrote: deletes by value, and by position over several files", async () => {
    const columns: HandMade["columns"] = [
      { fieldId: 1, name: "email", type: "string", sqlType: { kind: "text" } },
      { fieldId: 2, name: "name", type: "string", sqlType: { kind: "text" } },
    ];
    const tableName = newTable();
    const table: HandMade = { columns, location: `${pathToFileURL(bed.warehouse).href}/${bed.workspaceId}/${tableName}` };
    const one = await dataFile(bed, table, [
      ["a@x.org", "A"],
      [CANARY, SECRET],
      ["b@x.org", "B"],
      ["c@x.org", "C"],
    ]);
    const two = await dataFile(bed, table, [
      ["d@x.org", "D"],
      ["e@x.org", "E"],
    ]);
    await bed.publish(stagedChange(bed, tableName, table, { added: [one, two], tableUuid: null }));
    const { tableUuid } = await bed.open(tableName);
    const positions = await deleteFile(
      bed,
      table,
      [
        { uri: one.uri, position: 1 },
        { uri: one.uri, position: 2 },
        { uri: two.uri, position: 0 },
      ],
      true,
    );
    await bed.publish(stagedChange(bed, tableName, table, { added: [positions], tableUuid }));
    const values = await equalityDeleteFile(bed, table, [1], [[CANARY], ["e@x.org"]]);
    await bed.publish(stagedChange(bed, tableName, table, { added: [values], tableUuid }));
    const rows = await history(tableName);
    expect(rows.map((all) => all.length)).toEqual([6, 3, 2]);
    await erase(tableName, { keys: [1] });
    expect(await history(tableName)).toEqual(rows.map(others));
    expect(await filesWith(bed, tableName, CANARY, SECRET)).toEqual([]);
  });

  it("deletes at once what waits for readers, and what was staged from older states", async () => {
    const tableName = newTable();
    const ref = { workspaceId: bed.workspaceId, tableName, transaction: bed.tx };
    const table = await create(tableName, [...people(5), [CANARY, SECRET, 1]]);
    const staged = await bed.lake.stageAppend({ table, source: rowsFor(PEOPLE, ["email", "name", "age"], [["late@example.org", SECRET, 1]]) });
    await bed.publish(await bed.lake.stageDelete({ table, keysIn: keysIn(CANARY) }));
    await bed.lake.expireSnapshots({ ...ref, maxAgeMs: -1000, minToKeep: 1 });
    await erase(tableName);
    expect(await filesWith(bed, tableName, CANARY, SECRET)).toEqual([]);
    await expect(bed.publish(staged)).rejects.toSatisfy((error) => isAppError(error, "lake.commit_conflict"));
    expect(await bed.tx((tx) => bed.lake.deleteDiscards(tx, { workspaceId: bed.workspaceId, tableName }))).toMatchObject({ files: 0 });
  });

  it("tells of a key that stands in a property, and names the file and not the key", async () => {
    const tableName = newTable();
    await create(tableName, [...people(2), [CANARY, SECRET, 1]]);
    await bed.tx((tx) => bed.lake.setProperties(tx, { workspaceId: bed.workspaceId, tableName }, { set: { comment: `asked for by ${CANARY}` } }));
    const failure = await erase(tableName).catch((error: unknown) => error);
    expect(isAppError(failure, "lake.erasure_incomplete")).toBe(true);
    expect(JSON.stringify(failure)).not.toContain(CANARY);
    await bed.tx((tx) => bed.lake.setProperties(tx, { workspaceId: bed.workspaceId, tableName }, { remove: ["comment"] }));
    expect(await erase(tableName)).toMatchObject({ proof: true });
    expect(await filesWith(bed, tableName, CANARY, SECRET)).toEqual([]);
  });

  it("does not take another row's longer value for the erased one", async () => {
    const tableName = newTable();
    await create(tableName, [
      [CANARY, SECRET, 1],
      [`${CANARY}.uk`, "Somebody else", 2],
    ]);
    expect(await erase(tableName)).toMatchObject({ proof: true, rowsRemoved: 1 });
    expect(await storedRows(bed, await bed.open(tableName))).toEqual([[`${CANARY}.uk`, "Somebody else", 2]]);
  });
});

describe("beside writers", () => {
  it("starts over when somebody else was faster, and erases what came meanwhile", async () => {
    const tableName = newTable();
    const table = await create(tableName, [...people(5), [CANARY, SECRET, 1]]);
    let calls = 0;
    const transaction = async <T>(work: (tx: LakeTransaction) => Promise<T>): Promise<T> => {
      calls += 1;
      // The table, its history, and then the commit.
      if (calls === 3)
        await bed.publish(
          await bed.lake.stageAppend({
            table,
            source: rowsFor(
              PEOPLE,
              ["email", "name", "age"],
              [
                ["faster@x.org", "F", 1],
                [CANARY, SECRET, 2],
              ],
            ),
          }),
        );
      return bed.tx(work);
    };
    expect(await erase(tableName, { transaction })).toMatchObject({ rowsRemoved: 2, proof: true });
    expect((await storedRows(bed, await bed.open(tableName))).map(([email]) => email)).toContain("faster@x.org");
    expect(await filesWith(bed, tableName, CANARY, SECRET)).toEqual([]);
  });

  it("makes a writer wait that is always faster", async () => {
    const tableName = newTable();
    const table = await create(tableName, [...people(5), [CANARY, SECRET, 1]]);
    let appended = 0;
    let calls = 0;
    const transaction = async <T>(work: (tx: LakeTransaction) => Promise<T>): Promise<T> => {
      calls += 1;
      if (calls > 1 && calls % 2 === 1 && appended < 3) {
        appended += 1;
        await bed.publish(await bed.lake.stageAppend({ table, source: rowsFor(PEOPLE, ["email", "name", "age"], [[`f${appended}@x.org`, "F", 1]]) }));
      }
      return bed.tx(work);
    };
    expect(await erase(tableName, { transaction })).toMatchObject({ rowsRemoved: 1, proof: true });
    expect(await storedRows(bed, await bed.open(tableName))).toHaveLength(8);
  });

  it("sends a change back that was computed from rows it rewrote", async () => {
    const tableName = newTable();
    const table = await create(tableName, [...people(50), [CANARY, SECRET, 1]]);
    const staged = await bed.lake.stageDelete({ table, keysIn: keysIn("person4@example.org") });
    await erase(tableName);
    await expect(bed.publish(staged)).rejects.toSatisfy((error) => isAppError(error, "lake.commit_conflict"));
  });

  it("lets the caller change its own records in the same transaction, or not at all", async () => {
    const tableName = newTable();
    await eventful(tableName);
    const refused = erase(tableName, {
      alongside: async () => {
        throw new Error("no");
      },
    });
    await expect(refused).rejects.toThrow("no");
    expect((await filesWith(bed, tableName, CANARY)).length).toBeGreaterThan(0);
    let told = 0;
    await erase(tableName, {
      alongside: async (_, replaced) => {
        told = replaced.length;
      },
    });
    expect(told).toBe(1);
  });
});

describe("stopped in the middle", () => {
  it("has happened or not after every step, and is finished by the next run", { timeout: 120_000 }, async () => {
    const tableName = newTable();
    const table = await create(tableName, [...people(20), [CANARY, SECRET, 30]]);
    const next = await upsert(
      table,
      ["email", "name", "age"],
      [
        ["person7@example.org", "Seven", 70],
        [CANARY, `${SECRET} II`, 31],
      ],
    );
    const { changeSet } = await bed.lake.diff({ from: table, to: next });
    await bed.tx((tx) => bed.lake.keepChangeSet(tx, changeSet));
    const rows = await history(tableName);
    const erased = rows.map(others);
    let step = 0;
    for (let isDone = false; !isDone; step += 1) {
      const lake = warehouseLake(bed.warehouse, bed.engine, dyingFileIo(bed.fileIo, step));
      isDone = await lake.erase({ workspaceId: bed.workspaceId, tableName, transaction: bed.tx, keysIn: keysIn(CANARY) }).then(
        () => true,
        () => false,
      );
      const now = await history(tableName);
      expect(isDone ? [erased] : [rows, erased]).toContainEqual(now);
    }
    expect(step).toBeGreaterThan(10);
    expect(await filesWith(bed, tableName, CANARY, SECRET)).toEqual([]);
  });
});
