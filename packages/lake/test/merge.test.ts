import { caseWhen, cast, column, compare, literal } from "@granary/engine";
import { BATCH_COLUMN, type ChangeSet, type FileIo, type OpenTable, type Preflight, type SchemaChange } from "@granary/lake";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { storeChangeSet, STORED } from "../src/diff/index.ts";
import { dyingFileIo } from "./dying-file-io.ts";
import { everything, type TestLake, testLake } from "./lake.ts";
import { codeOf, MergeBed, type Row } from "./merge-bed.ts";
import { field } from "./rows.ts";
import { warehouseLake } from "./warehouse-lake.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(async () => bed[Symbol.asyncDispose]());

const FIELDS = [field(1, "id", "long"), field(2, "name", "string"), field(3, "amount", "decimal(9, 2)"), field(4, "note", "string")];
const keyed = (): MergeBed => new MergeBed(bed, FIELDS, [1]);

const X: Row = [1, "x", "1.00", null];
const OTHER: Row = [9, "other", "9.00", "stays"];
const shape = ({ applicable, already, conflicts, schema }: Preflight): unknown => [applicable, already, conflicts.rows, conflicts.cells, schema];

/** Base, newest state and proposal of row 1, null where it is not there. */
async function threeWay(base: Row | null, main: Row | null, proposal: Row | null, strictness: "cell" | "row" | "table" = "cell") {
  const m = keyed();
  const rows = (row: Row | null): readonly Row[] => (row === null ? [OTHER] : [row, OTHER]);
  const from = await m.create(rows(base));
  const changeSet = await m.propose(from, rows(proposal));
  const onto = main === base ? from : await m.write(from, rows(main));
  const found = await m.preflight(changeSet, onto, { strictness, base: from });
  const merged = await codeOf(m.merge(changeSet, onto, { strictness, base: from }));
  const table = await bed.open(m.tableName);
  const row = (await m.rows(table)).find(([id]) => id === "1") ?? null;
  return { found: shape(found), merged, row };
}

type Line = readonly [line: string, states: readonly [base: Row | null, main: Row | null, proposal: Row | null], found: readonly unknown[], after: Row | null];

const Y: Row = [1, "y", "1.00", null];
const TAKEN = [1, 0, 0, 0, "same"];
const NOTHING_TO_DO = [0, 0, 0, 0, "same"];
const THERE_ALREADY = [0, 1, 0, 0, "same"];
const CONFLICT = [0, 0, 1, 1, "same"];

const TRUTH: readonly Line[] = [
  ["x, x, y: takes the proposal", [X, X, Y], TAKEN, Y],
  ["x, x, deleted: takes the proposal", [X, X, null], TAKEN, null],
  ["x, y, x: takes main", [X, Y, X], NOTHING_TO_DO, Y],
  ["x, deleted, x: takes main", [X, null, X], NOTHING_TO_DO, null],
  ["x, y, y: no conflict", [X, Y, Y], THERE_ALREADY, Y],
  ["x, deleted, deleted: no conflict", [X, null, null], THERE_ALREADY, null],
  ["x, y, z: takes each cell from the side that changed it", [X, Y, [1, "x", "2.00", null]], TAKEN, [1, "y", "2.00", null]],
  ["x, y, z: a cell both changed to the same is fine", [X, [1, "y", "1.00", "n"], [1, "y", "2.00", null]], TAKEN, [1, "y", "2.00", "n"]],
  ["x, y, z: a cell both changed otherwise is a conflict", [X, Y, [1, "z", "2.00", null]], CONFLICT, Y],
  ["x, y, z: null is a value of its own", [X, [1, null, "1.00", null], [1, "z", "1.00", null]], CONFLICT, [1, null, "1.00", null]],
  ["x, deleted, y: is a conflict", [X, null, Y], CONFLICT, null],
  ["x, deleted, all cells null: is a conflict", [X, null, [1, null, null, null]], [0, 0, 1, 2, "same"], null],
  ["x, y, deleted: is a conflict", [X, Y, null], CONFLICT, Y],
  ["-, -, a: takes the proposal", [null, null, X], TAKEN, X],
  ["-, a, a: no conflict", [null, X, X], THERE_ALREADY, X],
  ["-, a, b: is a conflict", [null, X, Y], CONFLICT, X],
];

describe("the truth table of a row: base, main, proposal", () => {
  it.each(TRUTH)("%s", async (_, [base, main, proposal], found, after) => {
    const outcome = await threeWay(base, main, proposal);
    expect(outcome.found).toEqual(found);
    expect(outcome.row).toEqual(after === null ? null : after.map((cell) => (cell === null ? null : String(cell))));
    expect(outcome.merged).toBe(found[2] === 0 ? "done" : "change.conflicts");
  });
});

async function evolve(table: OpenTable, ...changes: readonly SchemaChange[]): Promise<OpenTable> {
  await bed.tx((tx) => bed.lake.evolveSchema(tx, table, { changes }));
  return bed.open(table.tableName);
}

describe("what counts as a conflict", () => {
  const mine: Row = [1, "y", "1.00", null];
  const theirs: Row = [1, "x", "2.00", null];

  it("is by row: any two edits of one row, but not the same ones", async () => {
    expect((await threeWay(X, theirs, mine, "row")).found).toEqual([0, 0, 1, 1, "same"]);
    expect((await threeWay(X, mine, mine, "row")).found).toEqual([0, 1, 0, 0, "same"]);
    expect((await threeWay(X, X, mine, "row")).found).toEqual([1, 0, 0, 0, "same"]);
  });

  it("is by table: any edit of others, but not that files were written anew", async () => {
    const m = keyed();
    const from = await m.create([X, OTHER]);
    const changeSet = await m.propose(from, [mine, OTHER]);
    const same = await m.write(from, [OTHER, X]);
    expect(shape(await m.preflight(changeSet, same, { strictness: "table", base: from }))).toEqual([1, 0, 0, 0, "same"]);
    expect(shape(await m.preflight(changeSet, same, { strictness: "table" }))).toEqual([0, 0, 1, 1, "same"]);
    const moved = await m.write(same, [X, [9, "changed", "9.00", "stays"]]);
    const found = await m.preflight(changeSet, moved, { strictness: "table", base: from });
    expect(shape(found)).toEqual([0, 0, 1, 1, "same"]);
    expect(await codeOf(m.merge(changeSet, moved, { strictness: "table", base: from }))).toBe("change.conflicts");
  });

  it("is by groups of columns: edits inside one group, not beside it", async () => {
    const m = keyed();
    const from = await m.create([X, OTHER]);
    const changeSet = await m.propose(from, [mine, OTHER]);
    const onto = await m.write(from, [theirs, OTHER]);
    expect(shape(await m.preflight(changeSet, onto, { strictness: "groups", groups: [[2, 3]] }))).toEqual([0, 0, 1, 1, "same"]);
    expect(shape(await m.preflight(changeSet, onto, { strictness: "groups", groups: [[2, 4]] }))).toEqual([1, 0, 0, 0, "same"]);
    const { set } = (await m.preflight(changeSet, onto, { strictness: "groups", groups: [[2, 3]] })).conflicts;
    const page = set === null ? undefined : await bed.lake.conflictRows(set, { plan: everything(onto), limit: 1 });
    expect(page?.rows[0]?.cells).toEqual([
      { fieldId: 2, base: "x", mine: "y", theirs: "x", isMine: true },
      { fieldId: 3, base: "1.00", mine: "1.00", theirs: "2.00", isMine: false },
    ]);
  });

  it("is by key as a tuple of typed values; another key is another row", async () => {
    const m = new MergeBed(bed, [field(1, "a", "string"), field(2, "b", "string"), field(3, "n", "int")], [1, 2]);
    const from = await m.create([
      ["a", "bc", 1],
      ["ab", "c", 2],
    ]);
    const changeSet = await m.propose(from, [
      ["a", "bc", 10],
      ["abc", "", 2],
    ]);
    const onto = await m.write(from, [
      ["a", "bc", 1],
      ["ab", "c", 2],
      ["x", "", 3],
    ]);
    expect(await m.rows(await m.merge(changeSet, onto))).toEqual([
      ["a", "bc", "10"],
      ["abc", "", "2"],
      ["x", "", "3"],
    ]);
  });

  it("refuses keys that are there more than once by now", async () => {
    const m = keyed();
    const from = await m.create([X]);
    const changeSet = await m.propose(from, [mine]);
    const onto = await m.write(from, [X, theirs]);
    expect(await codeOf(m.preflight(changeSet, onto))).toBe("lake.duplicate_keys");
  });
});

describe("a table whose columns changed meanwhile", () => {
  const mine: readonly Row[] = [[1, "y", "1.00", null], OTHER];
  async function drifted(proposed: readonly Row[], ...changes: readonly SchemaChange[]) {
    const m = keyed();
    const from = await m.create([X, OTHER]);
    const changeSet = await m.propose(from, proposed);
    return { m, changeSet, onto: await evolve(from, ...changes) };
  }

  it("keeps columns that were added and follows those that were renamed", async () => {
    const { m, changeSet, onto } = await drifted(mine, { kind: "add", name: "extra", type: "string" }, { kind: "rename", fieldId: 2, name: "title" });
    const after = await m.merge(changeSet, onto);
    expect(await m.rows(after, ["id", "title", "extra"])).toEqual([
      ["1", "y", null],
      ["9", "other", null],
    ]);
  });

  it("merges what does not touch a dropped or retyped column, and refuses what does", async () => {
    const drop: SchemaChange = { kind: "drop", fieldId: 4 };
    const widen: SchemaChange = { kind: "widen", fieldId: 3, type: "decimal(12, 2)" };
    const fine = await drifted(mine, drop, widen);
    expect(shape(await fine.m.preflight(fine.changeSet, fine.onto))).toEqual([1, 0, 0, 0, "same"]);
    expect(await fine.m.rows(await fine.m.merge(fine.changeSet, fine.onto), ["id", "name", "amount"])).toEqual([
      ["1", "y", "1.00"],
      ["9", "other", "9.00"],
    ]);
    const touched = await drifted([[1, "x", "1.50", "n"], OTHER], drop, widen);
    expect((await touched.m.preflight(touched.changeSet, touched.onto)).schema).toBe("changed");
    expect(await codeOf(touched.m.merge(touched.changeSet, touched.onto))).toBe("change.schema_changed");
    const { changeSet } = await bed.lake.resolveChanges(touched.changeSet, {
      onto: touched.onto,
      strictness: "cell",
      plan: { columns: [{ name: "id", fieldId: 1 }] },
      resolutions: [],
    });
    expect(await touched.m.rows(await touched.m.merge(changeSet, touched.onto), ["id", "name", "amount"])).toEqual([
      ["1", "x", "1.50"],
      ["9", "other", "9.00"],
    ]);
  });
});

describe("rows without a key", () => {
  const FEW = [field(1, "a", "string"), field(2, "n", "int")];
  const none = (): MergeBed => new MergeBed(bed, FEW, []);

  it("come and go by the copy, and stay in conflict when fewer are there than go", async () => {
    const m = none();
    const from = await m.create([
      ["x", 1],
      ["x", 1],
      ["x", 1],
      [null, null],
      ["y", 2],
    ]);
    const changeSet = await m.propose(from, [
      ["x", 1],
      ["y", 2],
      ["y", 2],
      ["y", 2],
    ]);
    const onto = await m.write(from, [
      ["x", 1],
      ["x", 1],
      ["x", 1],
      ["x", 1],
      [null, null],
      ["y", 2],
      ["z", 3],
    ]);
    expect(shape(await m.preflight(changeSet, onto))).toEqual([5, 0, 0, 0, "same"]);
    expect(await m.rows(await m.merge(changeSet, onto))).toEqual([
      ["x", "1"],
      ["x", "1"],
      ["y", "2"],
      ["y", "2"],
      ["y", "2"],
      ["z", "3"],
    ]);
    const fewer = await m.write(await bed.open(m.tableName), [["x", 1]]);
    const found = await m.preflight(changeSet, fewer);
    expect(shape(found)).toEqual([3, 0, 2, 0, "same"]);
    const page = found.conflicts.set === null ? undefined : await bed.lake.conflictRows(found.conflicts.set, { plan: everything(fewer), limit: 5 });
    expect(page?.rows.map(({ key, kind, cells }) => [key, kind, cells.map((cell) => cell.base)])).toEqual([
      [null, "deleted_there", ["x", 1]],
      [null, "deleted_there", []],
    ]);
    const mine = await bed.lake.resolveChanges(changeSet, { onto: fewer, strictness: "cell", plan: everything(fewer), resolutions: [], rest: "mine" });
    expect(await m.rows(await m.merge(mine.changeSet, fewer))).toEqual([
      ["y", "2"],
      ["y", "2"],
    ]);
  });
});

describe("what merged rows have to keep to", () => {
  it("is required, allowed and unique, also against rows the merge does not touch", async () => {
    const m = keyed();
    const from = await m.create([X, [2, "two", "2.00", "b"], OTHER]);
    const clash = await m.propose(from, [[1, "other", "1.00", null], [2, "two", "2.00", "b"], OTHER, [3, "new", "3.00", "bad"], [4, "new", "3.00", null]]);
    const allowed = [{ fieldId: 4, values: [literal("b"), literal("stays")] }];
    const broken = await bed.lake.stageMerge({ changeSet: clash, onto: from, strictness: "cell", rules: { unique: [[2]], allowed }, quotable: [4] }).then(
      () => undefined,
      (error: { code: string; issues: readonly unknown[] }) => ({ code: error.code, issues: error.issues }),
    );
    expect(broken).toEqual({
      code: "change.rules_broken",
      issues: [
        { path: "note", message: "1 rows have a value that is not one of the allowed ones, for example “bad”" },
        { path: "name", message: "2 rows would have the same value, and it has to be unique" },
        { path: "name", message: "1 rows of the dataset have a value already that is proposed again, and it has to be unique" },
      ],
    });
    // A value that the merge frees may be taken by it.
    const swap = await m.propose(from, [[1, "two", "1.00", null], [2, "x", "2.00", "b"], OTHER]);
    expect(await m.rows(await m.merge(swap, from, { rules: { unique: [[2]] } }), ["id", "name"])).toEqual([
      ["1", "two"],
      ["2", "x"],
      ["9", "other"],
    ]);
  });

  it("is a value in every column that needs one", async () => {
    const m = new MergeBed(bed, [field(1, "id", "long", true), field(2, "name", "string", true), field(3, "n", "int")], [1]);
    const from = await m.create([[1, "x", 1]]);
    const emptied = await m.propose(from, [[1, null, 1]]);
    expect(await codeOf(m.merge(emptied, from))).toBe("change.rules_broken");
    const lacking = await m.propose(
      from,
      [
        [1, 1],
        [2, 2],
      ],
      { names: ["id", "n"] },
    );
    expect(await codeOf(m.merge(lacking, from))).toBe("change.rules_broken");
  });

  it("names the batch on the rows it writes, and on no other", async () => {
    const m = new MergeBed(bed, [...FIELDS, field(5, BATCH_COLUMN, "string")], [1]);
    const from = await m.create([X, OTHER], "old");
    const changeSet = await m.propose(from, [[1, "y", "1.00", null], OTHER, [2, "new", null, null]], { names: ["id", "name", "amount", "note"] });
    const after = await m.merge(changeSet, from, { batch: "new" });
    expect(await m.rows(after, ["id", "name", BATCH_COLUMN])).toEqual([
      ["1", "y", "new"],
      ["2", "new", "new"],
      ["9", "other", "old"],
    ]);
    expect(
      await codeOf(
        keyed()
          .create([X])
          .then((table) => bed.lake.stageMerge({ changeSet, onto: table, strictness: "cell", rules: {}, batch: "b" })),
      ),
    ).toBe("lake.columns_mismatch");
  });
});

describe("merges beside other writers", () => {
  it("fit when they are about other keys, and have to be staged again when they are not", async () => {
    const m = keyed();
    const from = await m.create([X, OTHER]);
    const first = await m.propose(from, [[1, "y", "1.00", null], OTHER]);
    const second = await m.propose(from, [X, [9, "other", "9.50", "stays"]]);
    const stage = (changeSet: ChangeSet, onto: OpenTable) => bed.lake.stageMerge({ changeSet, onto, strictness: "cell", rules: {} });
    const staged = await Promise.all([stage(first, from), stage(second, from)]);
    const outcomes = await Promise.all(staged.map((item) => codeOf(bed.publish(item))));
    expect(new Set(outcomes)).toEqual(new Set(["done", "lake.commit_conflict"]));
    const lost = outcomes[0] === "done" ? second : first;
    await bed.publish(await stage(lost, await bed.open(m.tableName)));
    expect(await m.rows(await bed.open(m.tableName), ["id", "name", "amount"])).toEqual([
      ["1", "y", "1.00"],
      ["9", "other", "9.50"],
    ]);
  });

  it("lose to a writer who takes a value that has to stay unique", async () => {
    const m = keyed();
    const from = await m.create([X, OTHER]);
    const changeSet = await m.propose(from, [[1, "y", "1.00", null], OTHER]);
    const staged = await bed.lake.stageMerge({ changeSet, onto: from, strictness: "cell", rules: { unique: [[2]] } });
    await m.write(from, [X, OTHER, [1_000, "y", null, null]]);
    expect(await codeOf(bed.publish(staged))).toBe("lake.commit_conflict");
  });

  it("leave nothing that is seen when they are killed while staging, and nothing at all after the sweep", async () => {
    const m = keyed();
    const from = await m.create([X, OTHER]);
    const changeSet = await m.propose(from, [[1, "y", "1.00", null]]);
    await bed.tx((tx) => bed.lake.keepChangeSet(tx, changeSet));
    const sweep = () => bed.tx((tx) => bed.lake.sweepOrphans(tx, { workspaceId: bed.workspaceId, minAgeMs: 0 }));
    await sweep();
    const dying = (fileIo: FileIo) => warehouseLake(bed.warehouse, bed.engine, fileIo);
    let steps = 0;
    for (let isDone = false; !isDone; steps += 1) {
      const work = dying(dyingFileIo(bed.fileIo, steps)).stageMerge({ changeSet, onto: from, strictness: "cell", rules: {} });
      isDone = (await codeOf(work)) === "done";
      expect((await bed.open(m.tableName)).snapshotId).toBe(from.snapshotId);
    }
    expect(steps).toBeGreaterThan(2);
    expect((await sweep()).files).toBeGreaterThan(0);
    expect(await sweep()).toEqual({ files: 0, bytes: 0 });
    expect((await m.rows(await m.merge(changeSet, from))).map(([id]) => id)).toEqual(["1"]);
  });
});

/** As a database gives a value back that keeps no order of names. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, part]) => [name, reordered(part)]),
  );
}

describe("values of every kind", () => {
  const POINT = {
    type: "struct",
    fields: [
      { id: 21, name: "x", required: false, type: "int" },
      { id: 22, name: "y", required: false, type: "string" },
    ],
  } as const;
  const LIST = { type: "list", "element-id": 23, element: "long", "element-required": false } as const;
  const MAP = { type: "map", "key-id": 24, key: "string", "value-id": 25, value: "int", "value-required": false } as const;
  const ALL = [
    field(1, "id", "timestamptz"),
    field(2, "big", "decimal(38, 10)"),
    field(3, "at", "timestamp"),
    field(4, "day", "date"),
    field(5, "f", "double"),
    field(6, "point", POINT),
    field(7, "list", LIST),
    field(8, "map", MAP),
    field(9, "bytes", "binary"),
  ];
  const one: Row = [
    "2024-01-01 00:00:00.000001+00",
    "1234567890123456789012345678.0123456789",
    "1582-10-04 00:00:00",
    "9999-12-31",
    "nan",
    "{'x': 1, 'y': 'a'}",
    "[1, NULL]",
    "{a=1, b=2}",
    "\\x00",
  ];
  const two: Row = ["2024-01-01 00:00:00.000002+00", null, null, null, "-0.0", null, null, null, null];

  it("are compared exactly, maps without regard to order, and merged by cell", async () => {
    const m = new MergeBed(bed, ALL, [1]);
    const from = await m.create([one, two]);
    const mine = one.map((cell, index) => (index === 1 ? "1234567890123456789012345678.0123456788" : index === 5 ? "{'x': 2, 'y': 'a'}" : cell));
    const changeSet = await m.propose(from, [mine, two.map((cell, index) => (index === 7 ? "{z=1}" : cell))]);
    const theirs = one.map((cell, index) => (index === 6 ? "[2]" : index === 7 ? "{b=2, a=1}" : cell));
    const onto = await m.write(from, [theirs, two.map((cell, index) => (index === 4 ? "0.0" : cell))]);
    const kept = reordered(JSON.parse(JSON.stringify(changeSet))) as ChangeSet;
    expect(shape(await m.preflight(kept, onto))).toEqual([2, 0, 0, 0, "same"]);
    const [first, second] = await m.rows(await m.merge(kept, onto));
    expect(first?.slice(1, 8)).toEqual([
      "1234567890123456789012345678.0123456788",
      "1582-10-04 00:00:00",
      "9999-12-31",
      "nan",
      "{'x': 2, 'y': a}",
      "[2]",
      "{b=2, a=1}",
    ]);
    expect(second?.[7]).toBe("{z=1}");
    const clash = await m.propose(from, [one.map((cell, index) => (index === 6 ? "[3]" : cell)), two]);
    expect(shape(await m.preflight(clash, onto))).toEqual([0, 0, 1, 1, "same"]);
  });
});

describe("tables of many columns", () => {
  it("are merged like others", async () => {
    const m = new MergeBed(bed, [field(1, "id", "long"), ...Array.from({ length: 200 }, (_, index) => field(index + 2, `c${index}`, "int"))], [1]);
    const row = (id: number, ...values: readonly number[]): Row => [id, ...Array.from({ length: 200 }, (_, index) => values[index] ?? 0)];
    const from = await m.create([row(1), row(2), row(3)]);
    const changeSet = await m.propose(from, [row(1, 5, 6), row(2), row(4)]);
    const onto = await m.write(from, [row(1, 0, 0, 7), row(2), row(3)]);
    expect(shape(await m.preflight(changeSet, onto))).toEqual([3, 0, 0, 0, "same"]);
    expect(shape(await m.preflight(changeSet, onto, { strictness: "row" }))).toEqual([2, 0, 1, 2, "same"]);
    const plan = everything(onto);
    const decided = await bed.lake.resolveChanges(changeSet, { onto, strictness: "row", plan, resolutions: [], rest: "mine" });
    const { kept } = await bed.lake.chooseChanges(decided.changeSet, { plan, choices: [{ columns: [3], do: "leave_out" }] });
    expect(await m.rows(await m.merge(kept.changeSet, onto), ["id", "c0", "c1", "c2"])).toEqual([
      ["1", "5", "0", "7"],
      ["2", "0", "0", "0"],
      ["4", "0", null, "0"],
    ]);
  });
});

/** A change set in which the first changed cell of a column is damaged in its format instead. */
async function damaged(changeSet: ChangeSet, location: string, [fieldId, key]: readonly [number, string]): Promise<ChangeSet> {
  const { file } = changeSet;
  if (file === null) throw new Error("nothing is proposed");
  await using local = await bed.fileIo.open(file);
  const isHit = compare(cast(column(STORED.key(1)), { kind: "text" }), "=", literal(key));
  const { kind, copies, hasOld, hasNew, newPlace } = STORED;
  const values = changeSet.columns.map((item) => item.fieldId).filter((id) => !changeSet.keys.includes(id));
  const pass = (name: string) => ({ expression: column(name), as: name });
  const cells = values.flatMap((id) => [
    pass(STORED.old(id)),
    pass(STORED.new(id)),
    {
      expression: id === fieldId ? caseWhen([{ when: isHit, then: literal(false) }], column(STORED.changed(id))) : column(STORED.changed(id)),
      as: STORED.changed(id),
    },
    {
      expression: cast(id === fieldId ? caseWhen([{ when: isHit, then: literal("trailing_zeros") }], literal(null)) : literal(null), { kind: "text" }),
      as: STORED.damage(id),
    },
  ]);
  const items = [...[kind, copies, hasOld, hasNew, newPlace, ...changeSet.keys.map(STORED.key)].map(pass), ...cells];
  const query = { kind: "select", items, from: { kind: "parquetFiles", paths: [local.path] } } as const;
  const stored = await bed.engine.use({ kind: "read" }, (session) => storeChangeSet(session, bed.fileIo, { query, location }, async () => undefined));
  return { ...changeSet, file: stored?.file ?? null, hasDamage: true };
}

describe("values damaged in their format", () => {
  it("are not merged until somebody accepts them, and stay told while nobody does", async () => {
    const m = keyed();
    const from = await m.create([X, [2, "b", "2.00", null]]);
    const proposed = await m.propose(from, [
      [1, "x2", "1.00", null],
      [2, "b2", "2.50", null],
    ]);
    const changeSet = await damaged(proposed, from.location, [2, "1"]);
    const plan = everything(from);
    expect(shape(await m.preflight(changeSet, from))).toEqual([1, 0, 0, 0, "same"]);
    const parted = await bed.lake.chooseChanges(changeSet, { plan, choices: [{ columns: [3], do: "leave_out" }], baseRows: 2 });
    expect(parted.kept.counts).toMatchObject({ modified: 1, formatOnly: 1, unchanged: 0, cells: 1, damagedCells: 1 });
    expect(parted.left?.counts).toMatchObject({ modified: 1, formatOnly: 0, cells: 1, damagedCells: 0 });
    const onto = await m.write(from, [X, [2, "b", "2.00", "new"], OTHER]);
    const moved = await bed.lake.resolveChanges(changeSet, { onto, strictness: "cell", plan, resolutions: [] });
    expect(moved.counts).toMatchObject({ modified: 1, formatOnly: 1, unchanged: 1, cells: 2, columns: { 2: { changed: 1, damaged: { trailing_zeros: 1 } } } });
    const accepted = await bed.lake.chooseChanges(moved.changeSet, { plan, choices: [{ columns: [2], do: "accept_format" }], baseRows: 3 });
    expect([accepted.kept.counts.modified, accepted.kept.counts.damagedCells, accepted.left]).toEqual([2, 0, null]);
    expect(await m.rows(await m.merge(accepted.kept.changeSet, onto), ["id", "name", "amount"])).toEqual([
      ["1", "x2", "1.00"],
      ["2", "b2", "2.50"],
      ["9", "other", "9.00"],
    ]);
  });
});
