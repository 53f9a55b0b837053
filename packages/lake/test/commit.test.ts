import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isAppError } from "@granary/kernel";
import type { OpenTable, Published, StagedChange } from "@granary/lake";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testLake, type TestLake } from "./lake.ts";
import { type ChangeParts, emptyTable, idRange, LONGS, openAfresh, stageFiles, storeFile } from "./staged-files.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(() => bed[Symbol.asyncDispose]());

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "no error",
    (error: unknown) => (isAppError(error) ? error.code : String(error)),
  );

async function change(tableName: string, parts: ChangeParts): Promise<Published> {
  return bed.publish(await stageFiles(bed, await bed.open(tableName), parts));
}

const urisOf = (table: OpenTable, content: string = "data"): readonly string[] =>
  table.entries.filter((entry) => entry.file.content === content).map((entry) => entry.file.uri);

async function summaryOf(tableName: string): Promise<Readonly<Record<string, string>>> {
  const { snapshots } = await bed.tx((tx) => bed.lake.snapshots(tx, { workspaceId: bed.workspaceId, tableName, limit: 1 }));
  return snapshots[0]?.summary ?? {};
}

async function metadataOf(tableName: string): Promise<Record<string, unknown>> {
  const { rows } = await bed.tx((tx) =>
    sql<{ metadata_location: string }>`select metadata_location from iceberg_tables where table_name = ${tableName}`.execute(tx),
  );
  return JSON.parse(readFileSync(fileURLToPath(rows[0]?.metadata_location ?? ""), "utf8")) as Record<string, unknown>;
}

describe("a snapshot", () => {
  it("counts what came, what left and what there is, as the specification names it", async () => {
    await emptyTable(bed, "counted");
    await change("counted", { added: [{ records: 100 }, { records: 50 }] });
    expect(await summaryOf("counted")).toMatchObject({ operation: "append", "added-data-files": "2", "added-records": "150", "total-data-files": "2" });
    const [first = "", second = ""] = urisOf(await bed.open("counted"));
    await change("counted", {
      operation: "overwrite",
      added: [{ records: 7, content: "positionDeletes", of: first }, { records: 3, content: "equalityDeletes" }, { records: 5 }],
    });
    const bytes = (await bed.open("counted")).entries.reduce((sum, entry) => sum + entry.file.bytes, 0);
    expect(await summaryOf("counted")).toEqual({
      operation: "overwrite",
      "added-data-files": "1",
      "added-records": "5",
      "added-delete-files": "2",
      "added-position-delete-files": "1",
      "added-equality-delete-files": "1",
      "added-position-deletes": "7",
      "added-equality-deletes": "3",
      "added-files-size": expect.stringMatching(/^\d+$/),
      "total-data-files": "3",
      "total-delete-files": "2",
      "total-records": "155",
      "total-files-size": String(bytes),
      "total-position-deletes": "7",
      "total-equality-deletes": "3",
      "changed-partition-count": "1",
      "granary.added-rows": "0",
      "granary.deleted-rows": "0",
      "granary.replaced-rows": "0",
    });
    expect((await bed.open("counted")).rows).toBe(148);
    const published = await change("counted", { operation: "delete", removed: [second] });
    expect(await summaryOf("counted")).toMatchObject({ operation: "delete", "deleted-data-files": "1", "deleted-records": "50", "total-records": "105" });
    expect([published.rows, (await bed.open("counted")).rows]).toEqual([98, 98]);
  });

  it("takes the delete files of a removed data file along, and keeps those of others", async () => {
    await emptyTable(bed, "dangling");
    await change("dangling", { added: [{}, {}] });
    const [first = "", second = ""] = urisOf(await bed.open("dangling"));
    await change("dangling", {
      operation: "delete",
      added: [
        { content: "positionDeletes", of: first, records: 4 },
        { content: "positionDeletes", of: second, records: 2 },
      ],
    });
    const published = await change("dangling", { operation: "overwrite", removed: [first], added: [{ records: 6 }] });
    const table = await bed.open("dangling");
    expect(table.entries.filter((entry) => entry.file.content !== "data").map((entry) => entry.file.referencedDataFile)).toEqual([second]);
    expect([table.rows, published.rows]).toEqual([14, 14]);
    expect(await summaryOf("dangling")).toMatchObject({ "removed-position-deletes": "4", "removed-delete-files": "1", "total-position-deletes": "2" });
  });

  it("keeps the sequence numbers of rows that were only written anew, and of files in manifests written anew", async () => {
    await emptyTable(bed, "numbers");
    await change("numbers", { added: [{}, {}, {}] });
    const [first = "", second = ""] = urisOf(await bed.open("numbers"));
    await change("numbers", { operation: "delete", removed: [first] });
    await change("numbers", { operation: "replace", removed: [second], added: [{ sequenceNumber: "1" }] });
    await change("numbers", { added: [{}] });
    expect((await bed.open("numbers")).entries.map((entry) => [entry.sequenceNumber, entry.fileSequenceNumber])).toEqual([
      [1, 1],
      [1, 3],
      [4, 4],
    ]);
  });

  it("merges small manifests when there are many, and reads the same afterwards", async () => {
    await emptyTable(bed, "merged", { "commit.manifest.min-count-to-merge": "5" });
    const uris: string[] = [];
    for (let index = 0; index < 30; index += 1) {
      const staged = await stageFiles(bed, await bed.open("merged"), { added: [{ records: index + 1 }] });
      uris.push(staged.added[0]?.uri ?? "");
      await bed.publish(staged);
    }
    expect(urisOf(await bed.open("merged"))).toEqual(uris);
    const [snapshot] = (await bed.tx((tx) => bed.lake.snapshots(tx, { workspaceId: bed.workspaceId, tableName: "merged" }))).snapshots;
    expect(snapshot).toMatchObject({ totalRows: 465 });
    const afresh = await openAfresh(bed, "merged");
    expect([afresh.entries.length, afresh.rows, urisOf(afresh)]).toEqual([30, 465, uris]);
  });
});

describe("guards", () => {
  interface Case {
    readonly name: string;
    /** What somebody else publishes meanwhile; the names of files are those of the table. */
    readonly meanwhile: (files: readonly string[]) => ChangeParts;
    readonly mine: (files: readonly string[]) => ChangeParts;
    readonly outcome: "no error" | "lake.commit_conflict";
  }
  const deletes = (of: string): ChangeParts => ({ operation: "delete", added: [{ content: "positionDeletes", of, records: 1 }] });
  const files = (uris: readonly (string | undefined)[]) => ({ kind: "files", uris: uris.map((uri) => uri ?? "") }) as const;
  const keys = (uris: readonly string[], from: number, to: number) => ({ kind: "keys", uris, keys: [idRange(from, to)] }) as const;
  const cases: readonly Case[] = [
    {
      name: "an append beside anything",
      meanwhile: ([a]) => ({ operation: "delete", removed: [a ?? ""] }),
      mine: () => ({ added: [{}] }),
      outcome: "no error",
    },
    {
      name: "a change of a file nobody touched",
      meanwhile: ([, b]) => ({ operation: "overwrite", removed: [b ?? ""], added: [{}] }),
      mine: ([a]) => ({ ...deletes(a ?? ""), guard: files([a]) }),
      outcome: "no error",
    },
    {
      name: "a change of a file that is gone",
      meanwhile: ([a]) => ({ operation: "overwrite", removed: [a ?? ""], added: [{}] }),
      mine: ([a]) => ({ ...deletes(a ?? ""), guard: files([a]) }),
      outcome: "lake.commit_conflict",
    },
    {
      name: "a rewrite of a file that lost rows meanwhile",
      meanwhile: ([a]) => deletes(a ?? ""),
      mine: ([a]) => ({ operation: "overwrite", removed: [a ?? ""], added: [{}], guard: files([a]) }),
      outcome: "lake.commit_conflict",
    },
    {
      name: "a rewrite beside lost rows of another file",
      meanwhile: ([, b]) => deletes(b ?? ""),
      mine: ([a]) => ({ operation: "overwrite", removed: [a ?? ""], added: [{}], guard: files([a]) }),
      outcome: "no error",
    },
    {
      name: "a rewrite beside equality deletes that may concern it",
      meanwhile: () => ({ operation: "delete", added: [{ content: "equalityDeletes", records: 1 }] }),
      mine: ([a]) => ({ operation: "overwrite", removed: [a ?? ""], added: [{}], guard: files([a]) }),
      outcome: "lake.commit_conflict",
    },
    {
      name: "an upsert beside new rows of other keys",
      meanwhile: () => ({ added: [{ ids: [1000, 2000] }] }),
      mine: ([a]) => ({ operation: "overwrite", added: [{ ids: [10, 20] }], guard: keys([a ?? ""], 10, 20) }),
      outcome: "no error",
    },
    {
      name: "an upsert beside new rows of perhaps the same keys",
      meanwhile: () => ({ added: [{ ids: [15, 2000] }] }),
      mine: ([a]) => ({ operation: "overwrite", added: [{ ids: [10, 20] }], guard: keys([a ?? ""], 10, 20) }),
      outcome: "lake.commit_conflict",
    },
    {
      name: "an upsert beside new rows nobody knows the keys of",
      meanwhile: () => ({ added: [{}] }),
      mine: () => ({ operation: "overwrite", added: [{ ids: [10, 20] }], guard: keys([], 10, 20) }),
      outcome: "lake.commit_conflict",
    },
    {
      name: "an overwrite of everything beside anything",
      meanwhile: () => ({ added: [{}] }),
      mine: (all) => ({ operation: "overwrite", removed: all, added: [{}], guard: { kind: "head" } }),
      outcome: "lake.commit_conflict",
    },
  ];

  it.each(cases)("$name: $outcome", async ({ meanwhile, mine, outcome }) => {
    const tableName = `guard_${cases.findIndex((item) => item.mine === mine)}`;
    await emptyTable(bed, tableName);
    await change(tableName, { added: [{ ids: [0, 50] }, { ids: [51, 99] }] });
    const table = await bed.open(tableName);
    const uris = urisOf(table);
    const staged = await stageFiles(bed, table, mine(uris));
    await change(tableName, meanwhile(uris));
    expect(await codeOf(bed.publish(staged))).toBe(outcome);
    const undisturbed = await stageFiles(bed, await bed.open(tableName), { ...mine(urisOf(await bed.open(tableName))) });
    expect(await codeOf(bed.publish(undisturbed))).toBe("no error");
  });

  it("refuses to remove a file twice, whatever its guard says", async () => {
    await emptyTable(bed, "twice");
    await change("twice", { added: [{}] });
    const table = await bed.open("twice");
    const removal = { operation: "delete", removed: urisOf(table) } as const;
    const [first, second] = [await stageFiles(bed, table, removal), await stageFiles(bed, table, removal)];
    await bed.publish(first);
    expect(await codeOf(bed.publish(second))).toBe("lake.commit_conflict");
    expect((await bed.open("twice")).entries).toEqual([]);
  });

  it("refuses a change of a table that was made anew under the same name", async () => {
    const table = await emptyTable(bed, "again");
    const staged = await stageFiles(bed, table, { added: [{}] });
    expect(await codeOf(bed.publish({ ...staged, tableUuid: "0b6b9a2e-0000-4000-8000-000000000000" }))).toBe("lake.commit_conflict");
  });
});

describe("columns that changed after rows were staged", () => {
  const evolve = (tableName: string, changes: Parameters<TestLake["lake"]["evolveSchema"]>[2]["changes"]): Promise<unknown> =>
    bed.tx((tx) => bed.lake.evolveSchema(tx, { workspaceId: bed.workspaceId, tableName }, { changes }));

  async function staged(tableName: string, type = "long"): Promise<StagedChange> {
    const schema = { ...LONGS, fields: LONGS.fields.map((field) => (field.id === 1 ? { ...field, type } : field)) };
    await bed.tx((tx) => bed.lake.createTable(tx, { workspaceId: bed.workspaceId, tableName, schema }));
    return stageFiles(bed, await bed.open(tableName), { added: [{}] });
  }

  it("may be dropped, renamed, moved, widened and added to", async () => {
    const change = await staged("may", "int");
    await evolve("may", [
      { kind: "drop", fieldId: 2 },
      { kind: "widen", fieldId: 1, type: "long" },
      { kind: "rename", fieldId: 1, name: "key" },
      { kind: "add", name: "more", type: "string" },
    ]);
    expect(await codeOf(bed.publish(change))).toBe("no error");
    const table = await bed.open("may");
    expect(table.columns.map((item) => [item.fieldId, item.name, item.type])).toEqual([
      [1, "key", "long"],
      [3, "more", "string"],
    ]);
  });

  it("may be required when the staged rows have them all, and not otherwise", async () => {
    const full = await staged("required");
    const base = await bed.open("required");
    const partly = await stageFiles(bed, base, { added: [{ nulls: 2 }] });
    await evolve("required", [{ kind: "require", fieldId: 1, required: true }]);
    expect(await codeOf(bed.publish(full))).toBe("no error");
    expect(await codeOf(bed.publish(partly))).toBe("lake.columns_mismatch");
    expect(await codeOf(evolve("required", [{ kind: "require", fieldId: 2, required: true }]))).toBe("lake.schema_change_invalid");
  });

  it("are refused as a whole when somebody else changed them meanwhile", async () => {
    await staged("stale_columns");
    await evolve("stale_columns", [{ kind: "rename", fieldId: 1, name: "key" }]);
    const stale = bed.tx((tx) =>
      bed.lake.evolveSchema(tx, { workspaceId: bed.workspaceId, tableName: "stale_columns" }, { baseSchemaId: 0, changes: [{ kind: "drop", fieldId: 2 }] }),
    );
    expect(await codeOf(stale)).toBe("lake.commit_conflict");
  });
});

describe("metadata files", () => {
  it("leave the log after so many commits, and are deleted when the commit is settled", async () => {
    const table = await emptyTable(bed, "logged", { "write.metadata.previous-versions-max": "3" });
    const obsolete: string[] = [];
    for (let index = 0; index < 6; index += 1) {
      const published = await change("logged", { added: [{}] });
      obsolete.push(...published.obsolete);
      await bed.lake.settle(published);
    }
    expect(obsolete.length).toBe(3);
    const folder = fileURLToPath(`${table.location}/metadata`);
    expect(readdirSync(folder).filter((name) => name.endsWith(".metadata.json")).length).toBe(4);
    expect(((await metadataOf("logged"))["metadata-log"] as unknown[]).length).toBe(3);
    expect((await openAfresh(bed, "logged")).rows).toBe(60);
  });

  it("of a commit that lost are deleted at once", async () => {
    const table = await emptyTable(bed, "lost");
    const staged = await stageFiles(bed, table, { added: [{}] });
    await bed.publish(staged);
    const folder = fileURLToPath(`${table.location}/metadata`);
    const before = readdirSync(folder).sort();
    expect(await codeOf(bed.publish(staged))).toBe("lake.already_published");
    expect(readdirSync(folder).sort()).toEqual(before);
  });

  it("keep entries nobody here knows, of format version 2 alone", async () => {
    await emptyTable(bed, "unknown_keys");
    const rewrite = (edit: (metadata: Record<string, unknown>) => Record<string, unknown>): Promise<void> =>
      bed.tx(async (tx) => {
        const { rows } = await sql<{ metadata_location: string }>`select metadata_location from iceberg_tables where table_name = 'unknown_keys'`.execute(tx);
        const location = rows[0]?.metadata_location ?? "";
        const next = location.replace(/\d+-[^/]*$/, `00009-${crypto.randomUUID()}.metadata.json`);
        await bed.fileIo.write(next, Buffer.from(JSON.stringify(edit(JSON.parse(readFileSync(fileURLToPath(location), "utf8")) as Record<string, unknown>))));
        await sql`update iceberg_tables set metadata_location = ${next} where metadata_location = ${location}`.execute(tx);
      });
    await rewrite((metadata) => ({ ...metadata, "encryption-keys": [{ "key-id": "k" }], "next-thing": 9 }));
    await change("unknown_keys", { added: [{}] });
    expect(await metadataOf("unknown_keys")).toMatchObject({ "encryption-keys": [{ "key-id": "k" }], "next-thing": 9 });
    const { rows } = await bed.tx((tx) => sql<{ kind: string }>`select kind from lake_files where table_name = 'unknown_keys' and sha256 is null`.execute(tx));
    expect(rows).toEqual([{ kind: "metadata" }]);
    const staged = await stageFiles(bed, await bed.open("unknown_keys"), { added: [{}] });
    await rewrite((metadata) => ({ ...metadata, "format-version": 3 }));
    expect(await codeOf(bed.publish(staged))).toBe("lake.unsupported");
  });
});

describe("committing over and over", () => {
  it("stages again after a conflict until it fits", async () => {
    await emptyTable(bed, "retried");
    await change("retried", { added: [{}] });
    let attempts = 0;
    const published = await bed.lake.commit({
      transaction: (work) => bed.tx(work),
      stage: async () => {
        attempts += 1;
        const table = await bed.open("retried");
        const staged = await stageFiles(bed, table, {
          operation: "overwrite",
          removed: urisOf(table),
          added: [{ records: attempts }],
          guard: { kind: "head" },
        });
        if (attempts < 3) await change("retried", { added: [{}] });
        return staged;
      },
    });
    expect([attempts, published.rows]).toEqual([3, 3]);
    const gone = bed.lake.commit({
      maxAttempts: 2,
      transaction: (work) => bed.tx(work),
      stage: async () => {
        const staged = await stageFiles(bed, await bed.open("retried"), { added: [{}], guard: { kind: "head" } });
        await change("retried", { added: [{}] });
        return staged;
      },
    });
    expect(await codeOf(gone)).toBe("lake.commit_conflict");
    expect((await bed.open("retried")).rows).toBe(23);
  });

  it("loses nothing when racing changes of the same rows are retried", async () => {
    await emptyTable(bed, "raced");
    await change("raced", { added: [{ ids: [0, 9] }] });
    const replace = (records: number): Promise<Published> =>
      bed.lake.commit({
        transaction: (work) => bed.tx(work),
        stage: async () => {
          const table = await bed.open("raced");
          const uris = urisOf(table);
          return stageFiles(bed, table, {
            operation: "overwrite",
            removed: uris,
            added: [{ ids: [0, 9], records: table.rows + records }],
            guard: { kind: "keys", uris, keys: [idRange(0, 9)] },
          });
        },
      });
    await Promise.all(Array.from({ length: 8 }, (_, index) => replace(2 ** index)));
    const table = await bed.open("raced");
    expect([table.rows, urisOf(table).length]).toEqual([10 + 255, 1]);
  });
});

it("stores a file of any kind only for one commit", async () => {
  const table = await emptyTable(bed, "kinds");
  const changeSet = await bed.fileIo.write(`${table.location}/changes/1.parquet`, Buffer.from("changes"));
  const added = [await storeFile(bed, table.location), await storeFile(bed, table.location, { content: "equalityDeletes" })];
  const staged = { ...(await stageFiles(bed, table, { operation: "overwrite" })), added, changeSet: { ...changeSet, rows: 3 } };
  await bed.publish(staged);
  const { rows } = await bed.tx((tx) =>
    sql<{ kind: string; files: number }>`
    select kind, count(*)::int as files from lake_files where table_name = 'kinds' group by kind order by kind`.execute(tx),
  );
  expect(rows).toEqual([
    { kind: "change_set", files: 1 },
    { kind: "data", files: 1 },
    { kind: "delete", files: 1 },
    { kind: "manifest", files: 2 },
    { kind: "manifest_list", files: 1 },
    { kind: "metadata", files: 2 },
  ]);
  const { snapshots } = await bed.tx((tx) => bed.lake.snapshots(tx, { workspaceId: bed.workspaceId, tableName: "kinds" }));
  expect(snapshots[0]?.changeSetUri).toBe(changeSet.uri);
});
