import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectOwner } from "@granary/db";
import { call, caseWhen, column, compare, literal } from "@granary/engine";
import { isAppError } from "@granary/kernel";
import { type FileIo, type ImportProgress, type OpenTable, type ReadPlan, type StagedImport, storedColumn } from "@granary/lake";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { everything, newWorkspaceId, testLake, type TestLake } from "./lake.ts";
import { warehouseLake } from "./warehouse-lake.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(() => bed[Symbol.asyncDispose]());

const ORDERS = `id,customer,amount,ordered,shipped,active,note
1,00501,12.50,2024-01-31,2024-02-01 10:00:00.5,true,"a, b"
9007199254740993,00502,-3.00,2024-02-29,,false,
12,00503,7.25,,2024-02-02 00:00:00,,""
`;

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "no error",
    (error: unknown) => (isAppError(error) ? error.code : String(error)),
  );
}

async function create(tableName: string, content: string): Promise<OpenTable> {
  await bed.publish(await bed.stage(tableName, content), { mode: "create" });
  return bed.open(tableName);
}

async function allRows(table: OpenTable, limit: number, plan: ReadPlan = everything(table)): Promise<{ rows: unknown[]; pages: number }> {
  const rows: unknown[] = [];
  let pages = 0;
  for (let after: string | undefined; ; ) {
    const page = await bed.lake.rows(table, { plan, limit, ...(after === undefined ? {} : { after }) });
    rows.push(...page.rows);
    pages += 1;
    if (page.next === null) return { rows, pages };
    after = page.next;
  }
}

describe("from a file to rows and back", () => {
  it("stores, reads and downloads a file without changing a value", async () => {
    const table = await create("orders", ORDERS);
    expect(table.columns.map(({ fieldId, name, type }) => [fieldId, name, type])).toEqual([
      [1, "id", "long"],
      [2, "customer", "string"],
      [3, "amount", "decimal(18, 2)"],
      [4, "ordered", "date"],
      [5, "shipped", "timestamp"],
      [6, "active", "boolean"],
      [7, "note", "string"],
    ]);
    const page = await bed.lake.rows(table, { plan: everything(table), limit: 10 });
    expect(page.rows).toEqual([
      ["1", "00501", "12.50", "2024-01-31", "2024-02-01 10:00:00.5", true, "a, b"],
      ["9007199254740993", "00502", "-3.00", "2024-02-29", null, false, null],
      ["12", "00503", "7.25", null, "2024-02-02 00:00:00", null, ""],
    ]);
    expect(page.columns.map((item) => item.type)).toEqual(table.columns.map((item) => item.type));
    const to = join(bed.dir, "orders-download.csv");
    expect(await bed.lake.export(table, { plan: everything(table), to, format: { kind: "csv" } })).toEqual({ rows: 3 });
    expect(readFileSync(to, "utf8")).toBe(ORDERS.replaceAll("\n", "\r\n"));
  });

  it("opens a table through a handle that can only read", async () => {
    await create("read_only", "a\n1\n");
    const reader = bed.database.reader({ workspaceId: bed.workspaceId });
    const table = await bed.lake.open(reader, { workspaceId: bed.workspaceId, tableName: "read_only" });
    expect((await allRows(table, 10)).rows).toEqual([["1"]]);
  });

  it("tells how far an import is, in bytes and rows", async () => {
    const path = join(bed.dir, "progress.csv");
    writeFileSync(path, ORDERS);
    const seen: ImportProgress[] = [];
    const staged = await bed.lake.stageFile({ path, workspaceId: bed.workspaceId, tableName: "progress", onProgress: (progress) => seen.push(progress) });
    expect(seen.map((progress) => progress.phase)).toEqual(["reading", "typing", "writing"]);
    expect(seen.at(-1)).toEqual({ phase: "writing", bytes: Buffer.byteLength(ORDERS), rows: 3 });
    await bed.lake.discard(staged);
  });

  it("keeps rejected rows beside the loaded ones, and all of them add up", async () => {
    const staged = await bed.stage("rejects", "a,b\n1,2\n3\n4,5\n");
    expect([staged.scanned, staged.loaded, staged.rejectedCount]).toEqual([3, 2, 1]);
    expect(staged.rejected).toMatchObject([{ line: 3, reason: "2 values expected, 1 found", raw: "3" }]);
  });

  it("stores a header without rows as an empty table", async () => {
    const table = await create("empty", "a,b\n");
    expect([table.rows, table.files, table.snapshotId]).toEqual([0, [], expect.stringMatching(/^\d+$/)]);
    expect(await bed.lake.rows(table, { plan: everything(table), limit: 5 })).toEqual({
      columns: [
        { name: "a", fieldId: 1, type: "string", isMasked: false },
        { name: "b", fieldId: 2, type: "string", isMasked: false },
      ],
      rows: [],
      cut: [],
      next: null,
      previous: null,
    });
    const to = join(bed.dir, "empty.csv");
    await bed.lake.export(table, { plan: everything(table), to, format: { kind: "csv" } });
    expect(readFileSync(to, "utf8")).toBe("a,b\r\n");
  });

  it("gives back in a download, read again, exactly the values that went in", async () => {
    const hard = [
      "",
      " lead",
      "trail ",
      ' "q" ',
      "a,b",
      "x\ny",
      "x\r\ny",
      "\r",
      "'",
      "#c",
      "=1+1",
      "\\N",
      "NULL",
      "null",
      "nan",
      "ünï😀",
      "\u2028",
      "007",
      "-0",
      "1e5",
      '"',
    ];
    const quoted = hard.map((value) => `"${value.replaceAll('"', '""')}",x\n`).join("");
    const table = await create("hard", `v,w\n${quoted},x\n`);
    const to = join(bed.dir, "hard.csv");
    await bed.lake.export(table, { plan: everything(table), to, format: { kind: "csv" } });
    const again = await create("hard_again", readFileSync(to, "utf8"));
    const { rows } = await allRows(again, 100);
    expect(rows.map((row) => (row as unknown[])[0])).toEqual([...hard, null]);
  });

  it("survives column names of every kind", async () => {
    const names = ['quo"te', "sp ace", "semi;colon", "ünï", "select", "field_1", "granary_row_position"];
    const table = await create("names", `${names.map((name) => `"${name.replaceAll('"', '""')}"`).join(",")}\n1,2,3,4,5,6,7\n8,9,10,11,12,13,14\n`);
    expect(table.columns.map((item) => item.name)).toEqual(names);
    expect((await allRows(table, 1)).rows).toEqual([
      ["1", "2", "3", "4", "5", "6", "7"],
      ["8", "9", "10", "11", "12", "13", "14"],
    ]);
  });
});

describe("versions", () => {
  it("appends a snapshot and still reads the one before", async () => {
    const first = await create("versions", "id,v\n1,a\n2,b\n");
    const second = await bed.publish(await bed.stage("versions", "v,id\nc,3\n", first), { mode: "change", summary: { batch: "bat_1" } });
    expect([second.rows, second.sequenceNumber]).toEqual([3, "2"]);
    const now = await bed.open("versions");
    expect((await allRows(now, 10)).rows).toEqual([
      ["1", "a"],
      ["2", "b"],
      ["3", "c"],
    ]);
    const before = await bed.open("versions", first.snapshotId ?? "");
    expect((await allRows(before, 10)).rows.length).toBe(2);
    const { snapshots } = await bed.tx((tx) => bed.lake.snapshots(tx, { workspaceId: bed.workspaceId, tableName: "versions" }));
    expect(snapshots.map((item) => [item.addedRows, item.totalRows, item.parentId === null, item.summary["granary.batch"]])).toEqual([
      [1, 3, false, "bat_1"],
      [2, 2, true, undefined],
    ]);
  });

  it("pages through many files with a cursor that stays where it was while rows are added", async () => {
    let table = await create("pages", "n\n0\n1\n2\n");
    for (let file = 1; file < 7; file += 1) {
      const content = `n\n${[0, 1, 2].map((row) => file * 3 + row).join("\n")}\n`;
      await bed.publish(await bed.stage("pages", content, table), { mode: "change" });
      table = await bed.open("pages");
    }
    const numbers = Array.from({ length: 21 }, (_, index) => [String(index)]);
    expect((await allRows(table, 2)).rows).toEqual(numbers);
    expect((await allRows(table, 5)).rows).toEqual(numbers);
    expect(await allRows(table, 21)).toEqual({ rows: numbers, pages: 1 });
    expect((await allRows(table, 10_000)).rows).toEqual(numbers);
    const page = await bed.lake.rows(table, { plan: everything(table), limit: 4 });
    await bed.publish(await bed.stage("pages", "n\n99\n", table), { mode: "change" });
    const rest = await bed.lake.rows(table, { plan: everything(table), limit: 4, after: page.next ?? "" });
    expect(rest.rows).toEqual(numbers.slice(4, 8));
    expect(await codeOf(bed.lake.rows(await bed.open("pages"), { plan: everything(table), limit: 4, after: page.next ?? "" }))).toBe("lake.cursor_invalid");
    expect(await codeOf(bed.lake.rows(table, { plan: everything(table), limit: 4, after: "bm9uc2Vuc2U" }))).toBe("lake.cursor_invalid");
  });

  it("fills columns a later file lacks with nulls, and refuses ones the table lacks", async () => {
    const table = await create("shapes", "a,b\n1,x\n");
    await bed.publish(await bed.stage("shapes", "a\n2\n", table), { mode: "change" });
    expect((await allRows(await bed.open("shapes"), 10)).rows).toEqual([
      ["1", "x"],
      ["2", null],
    ]);
    expect(await codeOf(bed.stage("shapes", "a,c\n2,y\n", table))).toBe("lake.columns_mismatch");
  });

  it("refuses values that do not fit the table, naming column, count and example", async () => {
    const table = await create("fits", "a,b\n1,1.50\n");
    const error = await bed.stage("fits", "a,b\nx,2\n7,1.999\ny,3.1\n", table).catch((cause: unknown) => cause);
    expect(isAppError(error, "lake.values_mismatch") && error.issues).toEqual([
      { path: "a", message: '2 values are no long, for example "x"' },
      { path: "b", message: '1 values are no decimal(18, 2), for example "1.999"' },
    ]);
  });
});

describe("committing in the caller's transaction", () => {
  const rollBack = async (staged: StagedImport): Promise<string> =>
    codeOf(
      bed.tx(async (tx) => {
        await bed.lake.publish(tx, staged, { mode: "create" });
        throw new Error("the caller changed its mind");
      }),
    );

  it("publishes nothing when the caller rolls back, and can publish afterwards", async () => {
    const staged = await bed.stage("rolled_back", "a\n1\n");
    expect(await rollBack(staged)).toContain("changed its mind");
    expect(await codeOf(bed.open("rolled_back"))).toBe("lake.table_not_found");
    await bed.publish(staged, { mode: "create" });
    expect((await bed.open("rolled_back")).rows).toBe(1);
  });

  it("publishes an import that was stored as JSON meanwhile, and never twice", async () => {
    const staged = JSON.parse(JSON.stringify(await bed.stage("as_json", ORDERS))) as StagedImport;
    await bed.publish(staged, { mode: "create" });
    const table = await bed.open("as_json");
    expect((await allRows(table, 10)).rows.length).toBe(3);
    expect(await codeOf(bed.publish({ ...staged, tableUuid: table.tableUuid }, { mode: "change" }))).toBe("lake.already_published");
    expect((await bed.open("as_json")).rows).toBe(3);
  });

  it("refuses a second table of the same name, and an append to none", async () => {
    await create("once", "a\n1\n");
    expect(await codeOf(bed.publish(await bed.stage("once", "a\n1\n"), { mode: "create" }))).toBe("lake.table_exists");
    expect(await codeOf(bed.publish(await bed.stage("never", "a\n1\n"), { mode: "change" }))).toBe("lake.table_not_found");
  });

  it("loses no row when many writers append at once", async () => {
    const table = await create("race", "n\n0\n");
    const staged = await Promise.all(Array.from({ length: 12 }, (_, index) => bed.stage("race", `n\n${index + 1}\n`, table)));
    await Promise.all(staged.map((item) => bed.publish(item, { mode: "change" })));
    const { rows } = await allRows(await bed.open("race"), 5);
    expect(rows.map((row) => Number((row as string[])[0])).sort((left, right) => left - right)).toEqual(Array.from({ length: 13 }, (_, index) => index));
  });

  it("refuses a stale base", async () => {
    const table = await create("stale", "n\n0\n");
    const base = { mode: "change", baseSnapshotId: table.snapshotId ?? "" } as const;
    await bed.publish(await bed.stage("stale", "n\n1\n", table), base);
    expect(await codeOf(bed.publish(await bed.stage("stale", "n\n2\n", table), base))).toBe("lake.commit_conflict");
    expect((await bed.open("stale")).rows).toBe(2);
  });

  it("gives way to a foreign writer that was faster", async () => {
    const table = await create("foreign", "n\n0\n");
    const staged = await bed.stage("foreign", "n\n1\n", table);
    await using foreigner = await connectOwner(bed.connection, "a foreign writer");
    const foreignCommit = (): Promise<unknown> =>
      foreigner.query("update iceberg_tables set metadata_location = metadata_location || '.foreign' where table_name = 'foreign'");
    const overtaken: FileIo = {
      scratchPath: (name) => bed.fileIo.scratchPath(name),
      publish: (path, uri) => bed.fileIo.publish(path, uri),
      read: (uri, expected) => bed.fileIo.read(uri, expected),
      open: (expected) => bed.fileIo.open(expected),
      list: (prefix) => bed.fileIo.list(prefix),
      delete: (uri) => bed.fileIo.delete(uri),
      sweepScratch: (before) => bed.fileIo.sweepScratch(before),
      write: async (uri, content) => {
        if (uri.endsWith(".metadata.json")) await foreignCommit();
        return bed.fileIo.write(uri, content);
      },
    };
    const lake = warehouseLake(bed.warehouse, bed.engine, overtaken);
    expect(await codeOf(bed.tx((tx) => lake.publish(tx, staged, { mode: "change" })))).toBe("lake.commit_conflict");
  });

  it("shows a workspace its own tables only", async () => {
    await create("mine", "a\n1\n");
    const other = newWorkspaceId();
    const peek = bed.database.tx({ workspaceId: other }, (tx) => bed.lake.open(tx, { workspaceId: bed.workspaceId, tableName: "mine" }));
    expect(await codeOf(peek)).toBe("lake.table_not_found");
    const staged = await bed.stage("intruder", "a\n1\n");
    await expect(bed.database.tx({ workspaceId: other }, (tx) => bed.lake.publish(tx, staged, { mode: "create" }))).rejects.toThrow("row-level security");
  });

  it.each(["Upper", "with space", "a/../b", "", "x".repeat(256)])("refuses the table name %j", async (tableName) => {
    expect(await codeOf(bed.stage(tableName, "a\n1\n"))).toBe("lake.name_invalid");
  });
});

describe("read plans", () => {
  let table: OpenTable;
  beforeAll(async () => {
    table = await create("people", "name,country,salary\nAda,GB,100\nBo,SE,200\nCy,GB,300\n");
  });

  it("shows only the listed columns, under the names given", async () => {
    const page = await bed.lake.rows(table, { plan: { columns: [{ name: "who", fieldId: 1 }] }, limit: 10 });
    expect(page.columns.map((item) => item.name)).toEqual(["who"]);
    expect(page.rows).toEqual([["Ada"], ["Bo"], ["Cy"]]);
  });

  it("masks values and filters rows, by hidden columns too, in pages and downloads alike", async () => {
    const plan: ReadPlan = {
      columns: [
        { name: "name", fieldId: 1, mask: call("concat", call("left", storedColumn(1), literal(1)), literal("***")) },
        { name: "salary", fieldId: 3, mask: caseWhen([{ when: compare(storedColumn(3), ">", literal(200)), then: literal("high") }], literal("low")) },
      ],
      filter: compare(storedColumn(2), "=", literal("GB")),
    };
    const page = await bed.lake.rows(table, { plan, limit: 10 });
    expect(page.rows).toEqual([
      ["A***", "low"],
      ["C***", "high"],
    ]);
    expect(page.columns).toEqual([
      { name: "name", fieldId: 1, type: "string", isMasked: true },
      { name: "salary", fieldId: 3, type: "string", isMasked: true },
    ]);
    const to = join(bed.dir, "masked.csv");
    await bed.lake.export(table, { plan, format: { kind: "csv" }, to });
    expect(readFileSync(to, "utf8")).toBe("name,salary\r\nA***,low\r\nC***,high\r\n");
    expect((await allRows(table, 1, plan)).rows.length).toBe(2);
  });

  it.each<[string, ReadPlan]>([
    ["no column", { columns: [] }],
    ["a column the table does not have", { columns: [{ name: "x", fieldId: 99 }] }],
    [
      "two columns of one name",
      {
        columns: [
          { name: "x", fieldId: 1 },
          { name: "x", fieldId: 2 },
        ],
      },
    ],
    ["a mask that names a column by its name", { columns: [{ name: "x", fieldId: 1, mask: column("salary") }] }],
    ["a filter over a field that is gone", { columns: [{ name: "x", fieldId: 1 }], filter: compare(storedColumn(44), "=", literal(1)) }],
  ])("refuses a plan with %s", async (_, plan) => {
    expect(await codeOf(bed.lake.rows(table, { plan, limit: 1 }))).toBe("lake.plan_invalid");
    expect(await codeOf(bed.lake.export(table, { plan, format: { kind: "csv" }, to: join(bed.dir, "never.csv") }))).toBe("lake.plan_invalid");
  });
});
