import { readdirSync } from "node:fs";
import { join } from "node:path";
import { compare, literal } from "@granary/engine";
import { isAppError } from "@granary/kernel";
import type { IcebergSchema, OpenTable, StagedChange, TableDefinition } from "@granary/lake";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { storedColumn } from "../src/files/index.ts";
import { type TestLake, testLake } from "./lake.ts";
import { type Cell, field, rowsFor, schemaOf, storedRows, valuesSource } from "./rows.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(() => bed[Symbol.asyncDispose]());

const PEOPLE = schemaOf(
  [field(1, "id", "long", true), field(2, "name", "string"), field(3, "pay", "decimal(18, 2)"), field(4, "_granary_batch", "string")],
  [1],
);
const NAMES = ["id", "name", "pay"];

async function refused(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => "no error",
    (error: unknown) => (isAppError(error) ? [error.code, ...(error.issues ?? []).map((issue) => `${issue.path}: ${issue.message}`)] : String(error)),
  );
}

const people = (rows: readonly (readonly Cell[])[], names = NAMES) => rowsFor(PEOPLE, names, rows);

async function create(tableName: string, rows: readonly (readonly Cell[])[], definition?: TableDefinition, schema: IcebergSchema = PEOPLE): Promise<OpenTable> {
  const staged = await bed.lake.stageCreate({
    workspaceId: bed.workspaceId,
    tableName,
    schema,
    batch: "first",
    ...(rows.length === 0 ? {} : { source: people(rows) }),
    ...(definition === undefined ? {} : { definition }),
  });
  await bed.publish(staged);
  return bed.open(tableName);
}

async function apply(staged: StagedChange): Promise<OpenTable> {
  await bed.publish(staged);
  return bed.open(staged.tableName);
}

const THREE = [
  [1, "Ada", "10.50"],
  [2, "Bo", null],
  [3, "Cy", "-3.00"],
] as const;

const MERGE: TableDefinition = { properties: { "write.merge.mode": "merge-on-read", "write.delete.mode": "merge-on-read" } };
const COPY: TableDefinition = { properties: { "write.merge.mode": "copy-on-write", "write.delete.mode": "copy-on-write" } };
const PARTITIONED: TableDefinition = { partition: [{ "source-id": 1, transform: "truncate[2]" }], ...MERGE };
const SORTED: TableDefinition = { sortOrder: [{ "source-id": 2, direction: "desc" }] };
const LAYOUTS = { automatic: {}, "merge-on-read": MERGE, "copy-on-write": COPY, partitioned: PARTITIONED, sorted: SORTED } satisfies Record<
  string,
  TableDefinition
>;

const sorted = (rows: readonly (readonly unknown[])[]): readonly string[] => rows.map((row) => JSON.stringify(row)).toSorted();

describe.each(Object.entries(LAYOUTS))("a table, %s", (name, definition) => {
  const tableName = `verbs_${name.replaceAll("-", "_")}`;

  it("creates, appends, upserts, deletes and overwrites, and every older version stays as it was", async () => {
    let table = await create(tableName, THREE, definition);
    const versions: [string, readonly string[]][] = [];
    const check = async (rows: readonly (readonly unknown[])[]): Promise<void> => {
      expect(sorted(await storedRows(bed, table))).toEqual(sorted(rows));
      expect(table.rows).toBe(rows.length);
      versions.push([table.snapshotId ?? "", sorted(rows)]);
    };
    await check([
      ["1", "Ada", "10.50", "first"],
      ["2", "Bo", null, "first"],
      ["3", "Cy", "-3.00", "first"],
    ]);
    table = await apply(await bed.lake.stageAppend({ table, source: people([[4, "Di", 4]]), batch: "second" }));
    await check([
      ["1", "Ada", "10.50", "first"],
      ["2", "Bo", null, "first"],
      ["3", "Cy", "-3.00", "first"],
      ["4", "Di", "4.00", "second"],
    ]);
    const upsert = await bed.lake.stageUpsert({
      table,
      source: people([
        [1, "Ada", "10.5"],
        [2, "Bob", null],
        [5, "Ed", 5],
      ]),
      batch: "third",
    });
    expect(upsert.rows).toEqual({ added: 1, updated: 1, unchanged: 1, deleted: 0, ignored: 0 });
    table = await apply(upsert);
    await check([
      ["1", "Ada", "10.50", "first"],
      ["2", "Bob", null, "third"],
      ["3", "Cy", "-3.00", "first"],
      ["4", "Di", "4.00", "second"],
      ["5", "Ed", "5.00", "third"],
    ]);
    table = await apply(await bed.lake.stageDelete({ table, where: compare(storedColumn(3), "<", literal(0)) }));
    await check([
      ["1", "Ada", "10.50", "first"],
      ["2", "Bob", null, "third"],
      ["4", "Di", "4.00", "second"],
      ["5", "Ed", "5.00", "third"],
    ]);
    table = await apply(await bed.lake.stageDelete({ table, rowsOfBatch: "third" }));
    await check([
      ["1", "Ada", "10.50", "first"],
      ["4", "Di", "4.00", "second"],
    ]);
    table = await apply(
      await bed.lake.stageUpsert({
        table,
        source: people([
          [2, "Bo again", 1],
          [4, "Dina", 2],
        ]),
      }),
    );
    await check([
      ["1", "Ada", "10.50", "first"],
      ["2", "Bo again", "1.00", null],
      ["4", "Dina", "2.00", "second"],
    ]);
    table = await apply(await bed.lake.stageDelete({ table, keysIn: people([[1], [99]], ["id"]) }));
    await check([
      ["2", "Bo again", "1.00", null],
      ["4", "Dina", "2.00", "second"],
    ]);
    const where = compare(storedColumn(1), "=", literal(4));
    table = await apply(
      await bed.lake.stageOverwrite({
        table,
        where,
        source: people([
          [6, "Fi", 6],
          [7, "Gus", 7],
        ]),
      }),
    );
    await check([
      ["2", "Bo again", "1.00", null],
      ["6", "Fi", "6.00", null],
      ["7", "Gus", "7.00", null],
    ]);
    table = await apply(await bed.lake.stageOverwrite({ table, source: people([[8, "Hal", 8]]) }));
    await check([["8", "Hal", "8.00", null]]);
    for (const [snapshotId, rows] of versions) expect(sorted(await storedRows(bed, await bed.open(tableName, snapshotId)))).toEqual(rows);
  });
});

describe("upserting", () => {
  it("keeps a changed row where it was in a small table", async () => {
    let table = await create("in_place", THREE);
    table = await apply(
      await bed.lake.stageUpsert({
        table,
        source: people([
          [2, "Bea", 2],
          [9, "Zoe", 9],
        ]),
      }),
    );
    expect((await storedRows(bed, table, ["id", "name"])).map((row) => row.join(" "))).toEqual(["1 Ada", "2 Bea", "3 Cy", "9 Zoe"]);
  });

  it("writes delete files for few rows, with the whole names of the data files they concern", async () => {
    const table = await create("delete_files", THREE, MERGE);
    const staged = await bed.lake.stageUpsert({ table, source: people([[2, "Bea", 2]]) });
    expect(staged.added.map((file) => [file.content, file.records, file.referencedDataFile])).toEqual([
      ["positionDeletes", 1, table.entries[0]?.file.uri],
      ["data", 1, undefined],
    ]);
    const path = staged.added[0]?.columns.find((facts) => facts.fieldId === 2_147_483_546);
    expect([path?.lower, path?.upper].map((bound) => Buffer.from(bound ?? "", "base64").toString())).toEqual([
      table.entries[0]?.file.uri,
      table.entries[0]?.file.uri,
    ]);
    expect([staged.operation, staged.removed, staged.guard.kind]).toEqual(["overwrite", [], "keys"]);
    await bed.lake.discard(staged);
  });

  it("drops files that lose all rows without writing anything", async () => {
    let table = await create("dropping", THREE, MERGE);
    table = await apply(
      await bed.lake.stageAppend({
        table,
        source: people([
          [7, "Gus", 1],
          [8, "Hal", 2],
        ]),
      }),
    );
    const staged = await bed.lake.stageDelete({ table, where: compare(storedColumn(1), ">", literal(3)) });
    expect([staged.added.length, staged.removed.map((file) => file.records), staged.operation]).toEqual([0, [2], "delete"]);
    expect((await storedRows(bed, await apply(staged))).length).toBe(3);
  });

  it("changes nothing when every row is there already", async () => {
    const table = await create("same", THREE, MERGE);
    const staged = await bed.lake.stageUpsert({ table, source: people([...THREE]) });
    expect([staged.rows, staged.added, staged.removed]).toEqual([{ added: 0, updated: 0, unchanged: 3, deleted: 0, ignored: 0 }, [], []]);
  });

  it.each([
    ["insert-only", { added: 1, updated: 0, unchanged: 0, deleted: 0, ignored: 1 }, ["1 Ada", "2 Bo", "3 Cy", "9 Zoe"]],
    ["update-only", { added: 0, updated: 1, unchanged: 0, deleted: 0, ignored: 1 }, ["1 Ada", "2 Bea", "3 Cy"]],
    ["delete", { added: 0, updated: 0, unchanged: 0, deleted: 1, ignored: 1 }, ["1 Ada", "3 Cy"]],
  ] as const)("knows the mode %s", async (mode, counts, rows) => {
    const table = await create(`mode_${mode.replace("-", "_")}`, THREE);
    const staged = await bed.lake.stageUpsert({
      table,
      source: people([
        [2, "Bea", 2],
        [9, "Zoe", 9],
      ]),
      mode,
    });
    expect(staged.rows).toEqual(counts);
    expect((await storedRows(bed, await apply(staged), ["id", "name"])).map((row) => row.join(" "))).toEqual(rows);
  });

  it("deletes the rows a column of the source says, and leaves unknown ones out", async () => {
    const table = await create("delete_when", THREE, MERGE);
    const columns = [
      { name: "id", type: { kind: "bigint" } },
      { name: "name", type: { kind: "text" } },
      { name: "gone", type: { kind: "boolean" } },
    ] as const;
    const source = valuesSource(columns, [
      [1, "x", true],
      [2, "Bea", false],
      [3, "Cy", null],
      [50, "y", true],
    ]);
    const staged = await bed.lake.stageUpsert({ table, source, deleteWhen: "gone" });
    expect(staged.rows).toEqual({ added: 0, updated: 1, unchanged: 1, deleted: 1, ignored: 1 });
    expect(sorted(await storedRows(bed, await apply(staged), NAMES))).toEqual(
      sorted([
        ["2", "Bea", null],
        ["3", "Cy", "-3.00"],
      ]),
    );
  });

  it.each(Object.entries({ merge: MERGE, copy: COPY }))("keeps what rows hold in columns the source does not have (%s)", async (name, definition) => {
    const table = await create(`partial_${name}`, THREE, definition);
    const staged = await bed.lake.stageUpsert({
      table,
      source: people(
        [
          [1, "Adele"],
          [9, "Zoe"],
        ],
        ["id", "name"],
      ),
    });
    const after = await storedRows(bed, await apply(staged), NAMES);
    expect(sorted(after)).toEqual(
      sorted([
        ["1", "Adele", "10.50"],
        ["2", "Bo", null],
        ["3", "Cy", "-3.00"],
        ["9", "Zoe", null],
      ]),
    );
  });

  it("refuses keys that are missing, repeated or unknown, with examples, unless told which row is the last", async () => {
    const table = await create("bad_keys", THREE);
    expect(
      await refused(
        bed.lake.stageUpsert({
          table,
          source: people([
            [7, "a", 1],
            [7, "b", 2],
            [8, "c", 3],
          ]),
        }),
      ),
    ).toEqual(["lake.duplicate_keys", "id: 2 rows have the key 7"]);
    expect(await refused(bed.lake.stageUpsert({ table, source: people([[null, "a", 1]]) }))).toEqual(["lake.null_keys", "id: 1 rows have no value"]);
    expect(await refused(bed.lake.stageUpsert({ table, source: people([["Ada"]], ["name"]) }))).toContain("lake.columns_mismatch");
    expect(await refused(bed.lake.stageUpsert({ table, source: people([...THREE]), keys: [77] }))).toEqual(["lake.keys_missing"]);
    const columns = [
      ...NAMES.slice(0, 2).map((name) => ({ name, type: { kind: name === "id" ? "bigint" : "text" } as const })),
      { name: "at", type: { kind: "integer" } as const },
    ];
    const last = await bed.lake.stageUpsert({
      table,
      source: valuesSource(columns, [
        [7, "a", 1],
        [7, "b", 3],
        [7, "c", 2],
      ]),
      lastBy: "at",
    });
    expect((await storedRows(bed, await apply(last), ["id", "name"])).at(-1)).toEqual(["7", "b"]);
    const again = await bed.open("bad_keys");
    expect(
      await refused(
        bed.lake.stageUpsert({
          table: again,
          source: valuesSource(columns, [
            [7, "a", 1],
            [7, "b", 1],
          ]),
          lastBy: "at",
        }),
      ),
    ).toContain("lake.duplicate_keys");
  });

  it("matches by several columns, and finds rows that are deleted already no more", async () => {
    let table = await create("two_keys", THREE, MERGE);
    table = await apply(await bed.lake.stageDelete({ table, where: compare(storedColumn(1), "=", literal(2)) }));
    const staged = await bed.lake.stageUpsert({
      table,
      source: people([
        [1, "Ada", 1],
        [2, "Bo", 2],
        [3, "Other", 3],
      ]),
      keys: [1, 2],
    });
    expect(staged.rows).toEqual({ added: 2, updated: 1, unchanged: 0, deleted: 0, ignored: 0 });
    expect(sorted(await storedRows(bed, await apply(staged), NAMES))).toEqual(
      sorted([
        ["1", "Ada", "1.00"],
        ["2", "Bo", "2.00"],
        ["3", "Cy", "-3.00"],
        ["3", "Other", "3.00"],
      ]),
    );
  });

  it("gives way when somebody else added the key meanwhile", async () => {
    const table = await create("racing", THREE);
    const staged = await bed.lake.stageUpsert({ table, source: people([[9, "Zoe", 9]]) });
    await bed.publish(await bed.lake.stageAppend({ table, source: people([[9, "Other", 1]]) }));
    expect(await refused(bed.publish(staged))).toEqual(["lake.commit_conflict"]);
    const far = await bed.lake.stageUpsert({ table: await bed.open("racing"), source: people([[500, "Far", 9]]) });
    await bed.publish(await bed.lake.stageAppend({ table, source: people([[10, "Near", 1]]) }));
    await bed.publish(far);
    expect((await bed.open("racing")).rows).toBe(6);
  });
});

describe("values that do not fit", () => {
  it("are refused by column, count and example, and never become null or another value", async () => {
    const table = await create("misfits", THREE);
    const columns = [
      { name: "id", type: { kind: "double" } },
      { name: "pay", type: { kind: "text" } },
    ] as const;
    expect(
      await refused(
        bed.lake.stageAppend({
          table,
          source: valuesSource(columns, [
            ["1.5", "1.999"],
            ["2", "x"],
            ["3", "1.50"],
          ]),
        }),
      ),
    ).toEqual(["lake.values_mismatch", 'id: 1 values are no long, for example "1.5"', 'pay: 2 values are no decimal(18, 2), for example "1.999"']);
    const fine = await bed.lake.stageAppend({ table, source: valuesSource(columns, [["4", "2.5"]]) });
    expect((await storedRows(bed, await apply(fine), NAMES)).at(-1)).toEqual(["4", null, "2.50"]);
    expect(await refused(bed.lake.stageAppend({ table, source: people([[null, "x", 1]]) }))).toEqual([
      "lake.values_mismatch",
      "id: 1 values are missing in a column that may not be empty",
    ]);
    expect(await refused(bed.lake.stageAppend({ table, source: people([["x"]], ["name"]) }))).toEqual(["lake.columns_mismatch"]);
    expect(await refused(bed.lake.stageAppend({ table, source: people([[1, "x"]], ["id", "nobody"]) }))).toEqual(["lake.columns_mismatch"]);
  });

  it("leave no file behind, and neither do cancelled and discarded changes", async () => {
    const table = await create("clean", THREE, { partition: [{ "source-id": 1, transform: "identity" }] });
    const list = (): readonly string[] =>
      readdirSync(bed.warehouse, { recursive: true, withFileTypes: true }).flatMap((item) => (item.isFile() ? [join(item.parentPath, item.name)] : []));
    const before = list();
    await refused(
      bed.lake.stageAppend({
        table,
        source: people([
          [1, "x", 1],
          [null, "y", 1],
        ]),
      }),
    );
    const abort = new AbortController();
    abort.abort();
    expect(await refused(bed.lake.stageAppend({ table, source: people([[1, "x", 1]]), signal: abort.signal }))).toEqual(["engine.cancelled"]);
    const staged = await bed.lake.stageUpsert({
      table,
      source: people([
        [1, "x", 1],
        [9, "x", 1],
      ]),
    });
    expect(list().length).toBeGreaterThan(before.length);
    await bed.lake.discard(staged);
    expect(list()).toEqual(before);
  });
});
