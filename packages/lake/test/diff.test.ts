import { pathToFileURL } from "node:url";
import { call, compare, literal } from "@granary/engine";
import { type Change, type ChangesRequest, type DiffResult, type OpenTable, type ReadPlan, storedColumn } from "@granary/lake";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataFile, deleteFile, equalityDeleteFile, type HandMade, rowsOf, stagedChange } from "./hand-made.ts";
import { everything, type TestLake, testLake } from "./lake.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(async () => bed[Symbol.asyncDispose]());

const codeOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: { code?: string }) => error.code);

async function versions(tableName: string, ...contents: readonly string[]): Promise<readonly OpenTable[]> {
  const opened: OpenTable[] = [];
  for (const content of contents) {
    const staged = await bed.stage(tableName, content, opened.at(-1));
    await bed.publish({ ...staged, removed: (opened.at(-1)?.entries ?? []).map(({ file }) => file), operation: opened.length === 0 ? "append" : "overwrite" });
    opened.push(await bed.open(tableName));
  }
  return opened;
}

async function changesOf(result: DiffResult, request: Partial<ChangesRequest> & { readonly plan: ReadPlan }): Promise<readonly Change[]> {
  return (await bed.lake.changes(result.changeSet, { limit: 1000, ...request })).changes;
}

const shape = ({ kind, old, new: fresh, changed }: Change): unknown => [kind, old, fresh, changed];

const PEOPLE = [
  "id,name,country,salary\n1,Ada,GB,100\n2,Bo,SE,200\n3,Cy,GB,300\n4,Di,SE,400\n",
  "id,name,country,salary\n1,Ada,GB,150\n2,Bo,GB,200\n4,Di,SE,400\n5,Ed,SE,500\n",
];

describe("what a reader sees of a difference", () => {
  let from: OpenTable;
  let to: OpenTable;
  let result: DiffResult;
  beforeAll(async () => {
    [from, to] = (await versions("people", ...PEOPLE)) as [OpenTable, OpenTable];
    result = await bed.lake.diff({ from, to, keys: [1] });
  });

  it("lists added, removed and modified rows in the order of the key, with both values and a flag per column", async () => {
    expect(result.counts).toEqual({ added: 1, removed: 1, modified: 2, unchanged: 1, changedCellsByColumn: { 3: 1, 4: 1 } });
    expect((await changesOf(result, { plan: everything(to) })).map(shape)).toEqual([
      ["modified", ["1", "Ada", "GB", "100"], ["1", "Ada", "GB", "150"], [false, false, false, true]],
      ["modified", ["2", "Bo", "SE", "200"], ["2", "Bo", "GB", "200"], [false, false, true, false]],
      ["removed", ["3", "Cy", "GB", "300"], null, [false, false, false, false]],
      ["added", null, ["5", "Ed", "SE", "500"], [false, false, false, false]],
    ]);
  });

  it("pages in that order, by kind and by changed column", async () => {
    const plan = everything(to);
    const first = await bed.lake.changes(result.changeSet, { plan, limit: 3 });
    expect(first.changes.map((change) => change.kind)).toEqual(["modified", "modified", "removed"]);
    const rest = await bed.lake.changes(result.changeSet, { plan, limit: 3, after: first.next ?? "" });
    expect([rest.changes.map((change) => change.kind), rest.next]).toEqual([["added"], null]);
    expect((await changesOf(result, { plan, kinds: ["added", "removed"] })).map((change) => change.kind)).toEqual(["removed", "added"]);
    expect((await changesOf(result, { plan, changedColumn: 3 })).map((change) => change.new?.[1])).toEqual(["Bo"]);
    expect(await codeOf(bed.lake.changes(result.changeSet, { plan, limit: 3, after: "bm9uc2Vuc2U" }))).toBe("lake.cursor_invalid");
    expect(await codeOf(bed.lake.changes(result.changeSet, { plan, limit: 0 }))).toBe("lake.plan_invalid");
  });

  it("masks both values alike, and flags what differs in what is shown", async () => {
    const initial = call("concat", call("left", storedColumn(2), literal(1)), literal("***"));
    const plan: ReadPlan = {
      columns: [
        { name: "who", fieldId: 2, mask: initial },
        { name: "pay", fieldId: 4, mask: literal("secret") },
        { name: "country", fieldId: 3 },
      ],
    };
    const page = await bed.lake.changes(result.changeSet, { plan, limit: 10 });
    expect(page.columns.map((column) => [column.name, column.isMasked])).toEqual([
      ["who", true],
      ["pay", true],
      ["country", false],
    ]);
    expect(page.changes.map(shape)).toEqual([
      ["modified", ["B***", "secret", "SE"], ["B***", "secret", "GB"], [false, false, true]],
      ["removed", ["C***", "secret", "GB"], null, [false, false, false]],
      ["added", null, ["E***", "secret", "SE"], [false, false, false]],
    ]);
  });

  it("leaves out hidden columns, and rows that changed in those alone", async () => {
    const plan: ReadPlan = { columns: [{ name: "name", fieldId: 2 }] };
    expect((await changesOf(result, { plan })).map(shape)).toEqual([
      ["removed", ["Cy"], null, [false]],
      ["added", null, ["Ed"], [false]],
    ]);
    expect(await changesOf(result, { plan, changedColumn: 4 })).toEqual([]);
  });

  it("shows a row that comes into the reader's sight as added, and one that leaves it as removed", async () => {
    const onlyIn = (country: string): ReadPlan => ({ ...everything(to), filter: compare(storedColumn(3), "=", literal(country)) });
    expect((await changesOf(result, { plan: onlyIn("GB") })).map(shape)).toEqual([
      ["modified", ["1", "Ada", "GB", "100"], ["1", "Ada", "GB", "150"], [false, false, false, true]],
      ["added", null, ["2", "Bo", "GB", "200"], [false, false, false, false]],
      ["removed", ["3", "Cy", "GB", "300"], null, [false, false, false, false]],
    ]);
    expect((await changesOf(result, { plan: onlyIn("SE"), kinds: ["removed"] })).map((change) => change.old?.[1])).toEqual(["Bo"]);
  });

  it.each<[string, ReadPlan]>([
    ["a column the difference does not have", { columns: [{ name: "x", fieldId: 99 }] }],
    ["a mask that names a stored name", { columns: [{ name: "x", fieldId: 1, mask: { kind: "column", name: "old_4" } }] }],
    ["a filter over an unknown field", { columns: [{ name: "x", fieldId: 1 }], filter: compare(storedColumn(44), "=", literal(1)) }],
  ])("refuses a plan with %s", async (_, plan) => {
    expect(await codeOf(bed.lake.changes(result.changeSet, { plan, limit: 1 }))).toBe("lake.plan_invalid");
  });

  it("compares only the columns asked for", async () => {
    const narrow = await bed.lake.diff({ from, to, keys: [1], columns: [3] });
    expect(narrow.counts).toMatchObject({ modified: 1, unchanged: 2, changedCellsByColumn: { 3: 1 } });
    expect(narrow.changeSet.columns.map((column) => column.fieldId)).toEqual([1, 3]);
    expect(await codeOf(bed.lake.changes(narrow.changeSet, { plan: everything(to), limit: 1 }))).toBe("lake.plan_invalid");
  });

  it("deletes a discarded difference, kept or not", async () => {
    const { changeSet } = await bed.lake.diff({ from, to, keys: [1] });
    await bed.tx((tx) => bed.lake.keepChangeSet(tx, changeSet));
    await bed.tx((tx) => bed.lake.discardChangeSet(tx, changeSet));
    expect(await codeOf(bed.lake.changes(changeSet, { plan: everything(to), limit: 1 }))).toBe("storage.missing");
  });

  it("refuses keys and columns that are not there, and snapshots of two tables", async () => {
    const [other] = await versions("other_people", PEOPLE[0] ?? "");
    expect(await codeOf(bed.lake.diff({ from, to, keys: [9] }))).toBe("lake.diff_invalid");
    expect(await codeOf(bed.lake.diff({ from, to, keys: [1, 1] }))).toBe("lake.diff_invalid");
    expect(await codeOf(bed.lake.diff({ from, to, keys: [1], columns: [9] }))).toBe("lake.diff_invalid");
    expect(await codeOf(bed.lake.diff({ from, to: other as OpenTable, keys: [1] }))).toBe("lake.diff_invalid");
  });
});

describe("columns that change", () => {
  it("finds columns by field id: renamed and moved ones are no change, new ones show what they hold, dropped ones change no row", async () => {
    const [first] = (await versions("columns", "id,a,b,c\n1,x,1,k\n2,y,2,l\n3,z,3,m\n")) as [OpenTable];
    await bed.tx((tx) =>
      bed.lake.evolveSchema(tx, first, {
        changes: [
          { kind: "rename", fieldId: 2, name: "letter" },
          { kind: "drop", fieldId: 4 },
          { kind: "add", name: "extra", type: "string" },
          { kind: "move", fieldId: 3, after: 1 },
        ],
      }),
    );
    const open = await bed.open("columns");
    await bed.publish(await bed.stage("columns", "id,letter,b,extra\n4,w,4,\n", open));
    const unchanged = await bed.open("columns");
    const added = await bed.lake.diff({ from: first, to: unchanged, keys: [1] });
    expect(added.schema).toEqual([
      { kind: "renamed", fieldId: 2, from: "a", to: "letter" },
      { kind: "added", fieldId: 5, name: "extra", type: "string" },
      { kind: "dropped", fieldId: 4, name: "c", type: "string" },
      { kind: "reordered", from: [1, 2, 3], to: [1, 3, 2] },
    ]);
    expect([added.path, added.counts]).toEqual(["files", { added: 1, removed: 0, modified: 0, unchanged: 3, changedCellsByColumn: {} }]);

    const rewritten = await bed.stage("columns", "id,letter,b,extra\n1,x,1,\n2,y,2,new\n3,Z,3,\n4,w,4,\n", unchanged);
    await bed.publish({ ...rewritten, removed: unchanged.entries.map(({ file }) => file), operation: "overwrite" });
    const last = await bed.open("columns");
    const result = await bed.lake.diff({ from: first, to: last, keys: [1] });
    expect(result.counts).toEqual({ added: 1, removed: 0, modified: 2, unchanged: 1, changedCellsByColumn: { 2: 1, 5: 1 } });
    const plan: ReadPlan = { columns: [1, 2, 4, 5].map((fieldId) => ({ name: `f${fieldId}`, fieldId })) };
    expect((await changesOf(result, { plan })).map(shape)).toEqual([
      ["modified", ["2", "y", "l", null], ["2", "y", null, "new"], [false, false, false, true]],
      ["modified", ["3", "z", "m", null], ["3", "Z", null, null], [false, true, false, false]],
      ["added", null, ["4", "w", null, null], [false, false, false, false]],
    ]);

    // The other way round the dropped column is a new one, and files of both snapshots hold values of it.
    const back = await bed.lake.diff({ from: unchanged, to: first, keys: [1] });
    expect(back.counts).toEqual({ added: 0, removed: 1, modified: 3, unchanged: 0, changedCellsByColumn: { 4: 3 } });
  });

  it("compares in the wider type", async () => {
    const table: HandMade = {
      columns: [
        { fieldId: 1, name: "id", type: "int", sqlType: { kind: "integer" } },
        { fieldId: 2, name: "price", type: "decimal(5, 2)", sqlType: { kind: "decimal", precision: 5, scale: 2 } },
        { fieldId: 3, name: "share", type: "float", sqlType: { kind: "float" } },
      ],
      location: `${pathToFileURL(bed.warehouse).href}/${bed.workspaceId}/widened`,
    };
    const rows = [
      [1, "1.10", 0.5],
      [2, "2.20", 0.25],
    ] as const;
    await bed.publish(stagedChange(bed, "widened", table, { added: [await dataFile(bed, table, rows)] }));
    const from = await bed.open("widened");
    const changes = [
      { kind: "widen", fieldId: 1, type: "long" },
      { kind: "widen", fieldId: 2, type: "decimal(20, 2)" },
      { kind: "widen", fieldId: 3, type: "double" },
    ] as const;
    await bed.tx((tx) => bed.lake.evolveSchema(tx, from, { changes }));
    const staged = await bed.stage("widened", "id,price,share\n1,1.10,0.5\n2,900000000000000.20,0.25\n30000000000,3.30,0.1\n", await bed.open("widened"));
    await bed.publish({ ...staged, removed: from.entries.map(({ file }) => file), operation: "overwrite" });
    const { schema, counts } = await bed.lake.diff({ from, to: await bed.open("widened"), keys: [1] });
    expect(schema.map((item) => item.kind)).toEqual(["retyped", "retyped", "retyped"]);
    expect(counts).toEqual({ added: 1, removed: 0, modified: 1, unchanged: 1, changedCellsByColumn: { 2: 1 } });
  });

  it("takes rows that another engine deleted by value for removed", async () => {
    const [first] = (await versions("by_value", "id,a\n1,x\n2,y\n,z\n4,w\n")) as [OpenTable];
    const table: HandMade = { columns: first.columns, location: first.location };
    const gone = await equalityDeleteFile(bed, table, [1], [[2], [null]]);
    await bed.publish(stagedChange(bed, "by_value", table, { added: [gone], tableUuid: first.tableUuid, operation: "delete" }));
    const to = await bed.open("by_value");
    const { counts, keys } = await bed.lake.diff({ from: first, to, keys: [1] });
    expect([counts.removed, counts.unchanged, keys.from.nullRows]).toEqual([1, 2, 1]);
  });
});

describe("proposed rows", () => {
  let base: OpenTable;
  beforeAll(async () => {
    [base] = (await versions("base", PEOPLE[0] ?? "")) as [OpenTable];
  });
  const columnsOf = (...fieldIds: readonly number[]): OpenTable["columns"] => fieldIds.flatMap((id) => base.columns.filter((item) => item.fieldId === id));

  it("are compared as if they were a snapshot, in any order of columns and rows", async () => {
    const columns = columnsOf(4, 1, 3, 2);
    const rows = [
      [350, 3, "GB", "Cy"],
      [100, 1, "GB", "Ada"],
      [10, 9, null, "New"],
      [200, 2, "SE", "Bo"],
    ];
    const result = await bed.lake.diff({ from: base, to: { query: rowsOf(columns, rows), columns }, keys: [1] });
    expect(result.counts).toEqual({ added: 1, removed: 1, modified: 1, unchanged: 2, changedCellsByColumn: { 4: 1 } });
    expect([result.schema, result.changeSet.toSnapshotId]).toEqual([[], null]);
  });

  it("leave what they do not hold as it is: columns always, rows when asked", async () => {
    const columns = columnsOf(1, 2);
    const query = rowsOf(columns, [
      [3, "Cyn"],
      [7, "Flo"],
    ]);
    const partial = await bed.lake.diff({ from: base, to: { query, columns, missing: "kept" }, keys: [1] });
    expect(partial.counts).toEqual({ added: 1, removed: 0, modified: 1, unchanged: 3, changedCellsByColumn: { 2: 1 } });
    const whole = await bed.lake.diff({ from: base, to: { query, columns }, keys: [1] });
    expect(whole.counts).toMatchObject({ added: 1, removed: 3, modified: 1 });
  });

  it("tell the number of each row, and of those without a key or with one that is there twice", async () => {
    const columns = [...columnsOf(1, 2), { ...(base.columns[0] as OpenTable["columns"][number]), name: "line" }];
    const query = rowsOf(columns, [
      [1, "Ada", 2],
      [2, "Bo", 3],
      [2, "Bob", 4],
      [null, "Nobody", 5],
      [9, "New", 6],
    ]);
    const proposed = { query, columns: columns.slice(0, 2), rowNumber: "line", missing: "kept" } as const;
    const result = await bed.lake.diff({ from: base, to: proposed, keys: [1] });
    const changes = await changesOf(result, { plan: { columns: [{ name: "name", fieldId: 2 }] } });
    expect(changes.map(({ kind, new: fresh, newPlace }) => [kind, fresh?.[0], newPlace])).toEqual([
      ["duplicate_key", "Bob", 4],
      ["added", "New", 6],
      ["null_key", "Nobody", 5],
    ]);
    expect(result.keys).toEqual({ from: { duplicateRows: 0, nullRows: 0 }, to: { duplicateRows: 1, nullRows: 1 }, examples: [["2"], [null]] });
    expect(await bed.lake.checkKeys({ rows: proposed, keys: [1] })).toEqual({
      rows: 5,
      nullRows: 1,
      duplicateKeys: 1,
      duplicateRows: 2,
      examples: [
        { key: ["2"], rows: 2, firstPlace: 3 },
        { key: [null], rows: 1, firstPlace: 5 },
      ],
    });
  });

  it("are refused where a value does not fit the table", async () => {
    const columns = [{ ...columnsOf(1)[0], name: "id" } as OpenTable["columns"][number], ...columnsOf(2)];
    const query = rowsOf(
      columns.map((item) => ({ ...item, sqlType: { kind: "text" } as const })),
      [["x1", "Ada"]],
    );
    expect(await codeOf(bed.lake.diff({ from: base, to: { query, columns }, keys: [1] }))).toBe("engine.statement_failed");
  });
});

it("tells for a snapshot whether columns identify its rows", async () => {
  const [table] = (await versions("key_check", "id,a\n1,x\n2,x\n2,y\n")) as [OpenTable];
  const unique = { nullRows: 0, duplicateKeys: 0, duplicateRows: 0, examples: [] };
  expect(await bed.lake.checkKeys({ rows: table, keys: [1] })).toMatchObject({ rows: 3, duplicateKeys: 1, duplicateRows: 2 });
  expect(await bed.lake.checkKeys({ rows: table, keys: [1, 2] })).toEqual({ rows: 3, ...unique });
  expect(await codeOf(bed.lake.checkKeys({ rows: table, keys: [] }))).toBe("lake.diff_invalid");
});

it("stops when it is cancelled, and leaves nothing behind", async () => {
  const [from, to] = (await versions("cancelled", ...PEOPLE)) as [OpenTable, OpenTable];
  expect(await codeOf(bed.lake.diff({ from, to, keys: [1], signal: AbortSignal.abort() }))).toBe("engine.cancelled");
  expect(await Array.fromAsync(bed.fileIo.list(`${from.location}/changes/`))).toEqual([]);
});

it("reads deletes that came twice once", async () => {
  const [first] = (await versions("twice", "id,a\n1,x\n2,y\n3,z\n")) as [OpenTable];
  const table: HandMade = { columns: first.columns, location: first.location };
  const uri = first.entries[0]?.file.uri ?? "";
  const publish = async (positions: readonly number[]): Promise<OpenTable> => {
    const gone = await deleteFile(
      bed,
      table,
      positions.map((position) => ({ uri, position })),
    );
    await bed.publish(stagedChange(bed, "twice", table, { added: [gone], tableUuid: first.tableUuid, operation: "delete" }));
    return bed.open("twice");
  };
  const second = await publish([0]);
  const third = await publish([0, 2]);
  const result = await bed.lake.diff({ from: second, to: third, keys: [1] });
  expect([result.path, result.counts]).toEqual(["positions", { added: 0, removed: 1, modified: 0, unchanged: 1, changedCellsByColumn: {} }]);
  const back = await bed.lake.diff({ from: third, to: second, keys: [1] });
  expect(back.counts).toEqual({ added: 1, removed: 0, modified: 0, unchanged: 1, changedCellsByColumn: {} });
});
