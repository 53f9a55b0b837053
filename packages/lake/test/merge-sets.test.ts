import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { call, compare, literal } from "@granary/engine";
import { type Change, type ChangeSet, type ConflictSet, type OpenTable, type ReadPlan, type ResolveInput, storedColumn } from "@granary/lake";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { everything, type TestLake, testLake } from "./lake.ts";
import { codeOf, MergeBed, type Row } from "./merge-bed.ts";
import { field } from "./rows.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(async () => bed[Symbol.asyncDispose]());

const FIELDS = [field(1, "id", "long"), field(2, "name", "string"), field(3, "price", "decimal(9, 2)"), field(4, "unit", "string")];

const shape = ({ kind, old, new: fresh, changed }: Change): unknown => [kind, old, fresh, changed.flatMap((flag, index) => (flag ? [index] : []))];

async function shown(changeSet: ChangeSet, plan?: ReadPlan): Promise<readonly unknown[]> {
  const all: ReadPlan = plan ?? { columns: changeSet.columns.map(({ name, fieldId }) => ({ name, fieldId })) };
  return (await bed.lake.changes(changeSet, { plan: all, limit: 1000 })).changes.map(shape);
}

const BASE: readonly Row[] = [
  [1, "a", "1.00", "kg"],
  [2, "b", "2.00", "kg"],
  [3, "c", "3.00", "kg"],
  [4, "d", "4.00", "kg"],
  [5, "e", "5.00", "kg"],
];
const MINE: readonly Row[] = [
  [1, "A", "1.50", "kg"],
  [2, "B", "2.00", "kg"],
  [4, "D", "4.00", "kg"],
  [5, "e", "5.00", "g"],
  [6, "f", "6.00", "g"],
];
const THEIRS: readonly Row[] = [
  [1, "x", "1.00", "kg"],
  [3, "c", "3.30", "kg"],
  [4, "d", "4.40", "kg"],
  [5, "e", "5.00", "kg"],
  [6, "f", "6.60", "g"],
];

interface Bed {
  readonly m: MergeBed;
  readonly from: OpenTable;
  readonly onto: OpenTable;
  readonly changeSet: ChangeSet;
}

async function conflicting(): Promise<Bed> {
  const m = new MergeBed(bed, FIELDS, [1]);
  const from = await m.create(BASE);
  const changeSet = await m.propose(from, MINE);
  return { m, from, changeSet, onto: await m.write(from, THEIRS) };
}

describe("conflicts", () => {
  let counts: readonly number[];
  let set: ConflictSet;
  let onto: OpenTable;
  beforeAll(async () => {
    const made = await conflicting();
    onto = made.onto;
    const found = await made.m.preflight(made.changeSet, onto);
    counts = [found.applicable, found.conflicts.rows, found.conflicts.cells];
    set = found.conflicts.set as ConflictSet;
  });

  it("are counted beside what fits", () => {
    expect(counts).toEqual([2, 4, 4]);
  });

  it("are told by row and cell with all three values", async () => {
    const page = await bed.lake.conflictRows(set, { plan: everything(onto), limit: 10 });
    expect(page.rows).toEqual([
      { key: ["1"], kind: "cells", cells: [{ fieldId: 2, base: "a", mine: "A", theirs: "x", isMine: true }] },
      { key: ["2"], kind: "deleted_there", cells: [{ fieldId: 2, base: "b", mine: "B", theirs: null, isMine: true }] },
      { key: ["3"], kind: "deleted_here", cells: [{ fieldId: 3, base: "3.00", mine: null, theirs: "3.30", isMine: false }] },
      { key: ["6"], kind: "added_twice", cells: [{ fieldId: 3, base: null, mine: "6.00", theirs: "6.60", isMine: true }] },
    ]);
  });

  it("are paged in the order of the change set", async () => {
    const first = await bed.lake.conflictRows(set, { plan: everything(onto), limit: 3 });
    const rest = await bed.lake.conflictRows(set, { plan: everything(onto), limit: 3, after: first.next ?? "" });
    expect([first.rows.length, rest.rows.map((row) => row.kind), rest.next]).toEqual([3, ["added_twice"], null]);
    expect(await codeOf(bed.lake.conflictRows(set, { plan: everything(onto), limit: 3, after: "eA" }))).toBe("lake.cursor_invalid");
  });

  it("show a reader no more than the plan does: masked cells that look alike and hidden columns are not there", async () => {
    const plan: ReadPlan = {
      columns: [
        { name: "name", fieldId: 2, mask: literal("***") },
        { name: "price", fieldId: 3 },
      ],
      filter: compare(storedColumn(3), "<", literal(6.5)),
    };
    expect((await bed.lake.conflictRows(set, { plan, limit: 10 })).rows).toEqual([
      { key: null, kind: "deleted_there", cells: [{ fieldId: 2, base: "***", mine: "***", theirs: null, isMine: true }] },
      { key: null, kind: "deleted_here", cells: [{ fieldId: 3, base: "3.00", mine: null, theirs: "3.30", isMine: false }] },
      { key: null, kind: "added_twice", cells: [{ fieldId: 3, base: null, mine: "6.00", theirs: null, isMine: true }] },
    ]);
  });
});

describe("resolving", () => {
  async function resolved(input: Partial<ResolveInput>) {
    const made = await conflicting();
    const found = await bed.lake.resolveChanges(made.changeSet, {
      onto: made.onto,
      strictness: "cell",
      plan: everything(made.onto),
      resolutions: [],
      ...input,
    });
    const after = await made.m.preflight(found.changeSet, made.onto);
    return { ...made, found, after };
  }

  it("takes mine for everything: the rows are as proposed, but for what others changed elsewhere", async () => {
    const { m, onto, found, after } = await resolved({ rest: "mine" });
    expect(await shown(found.changeSet)).toEqual([
      ["modified", ["1", "x", "1.00", "kg"], ["1", "A", "1.50", "kg"], [1, 2]],
      ["added", null, ["2", "B", "2.00", "kg"], []],
      ["removed", ["3", "c", "3.30", "kg"], null, []],
      ["modified", ["4", "d", "4.40", "kg"], ["4", "D", "4.40", "kg"], [1]],
      ["modified", ["5", "e", "5.00", "kg"], ["5", "e", "5.00", "g"], [3]],
      ["modified", ["6", "f", "6.60", "g"], ["6", "f", "6.00", "g"], [2]],
    ]);
    expect(found.counts).toMatchObject({
      added: 1,
      removed: 1,
      modified: 4,
      unchanged: 0,
      cells: 5,
      columns: { 2: { changed: 2 }, 3: { changed: 2 }, 4: { changed: 1 } },
    });
    expect([after.conflicts.rows, after.applicable]).toEqual([0, 6]);
    expect(await m.rows(await m.merge(found.changeSet, onto))).toEqual([
      ["1", "A", "1.50", "kg"],
      ["2", "B", "2.00", "kg"],
      ["4", "D", "4.40", "kg"],
      ["5", "e", "5.00", "g"],
      ["6", "f", "6.00", "g"],
    ]);
  });

  it("takes theirs for everything: what did not conflict is left", async () => {
    const { found, after } = await resolved({ rest: "theirs" });
    expect(await shown(found.changeSet)).toEqual([
      ["modified", ["1", "x", "1.00", "kg"], ["1", "x", "1.50", "kg"], [2]],
      ["modified", ["4", "d", "4.40", "kg"], ["4", "D", "4.40", "kg"], [1]],
      ["modified", ["5", "e", "5.00", "kg"], ["5", "e", "5.00", "g"], [3]],
    ]);
    expect([after.conflicts.rows, after.applicable]).toEqual([0, 3]);
  });

  it("decides by key, by column with a typed value, and by a condition; what nobody decides stays in conflict", async () => {
    const resolutions: ResolveInput["resolutions"] = [
      { keys: [["2"]], take: "theirs" },
      { columns: [3], take: "value", value: "7.77" },
      { filter: compare(storedColumn(2), "=", literal("c")), take: "mine" },
    ];
    const { found, after, onto } = await resolved({ resolutions });
    expect(await shown(found.changeSet)).toEqual([
      ["modified", ["1", "a", "1.00", "kg"], ["1", "A", "1.50", "kg"], [1, 2]],
      ["removed", ["3", "c", "3.30", "kg"], null, []],
      ["modified", ["4", "d", "4.40", "kg"], ["4", "D", "4.40", "kg"], [1]],
      ["modified", ["5", "e", "5.00", "kg"], ["5", "e", "5.00", "g"], [3]],
      ["modified", ["6", "f", "6.60", "g"], ["6", "f", "7.77", "g"], [2]],
    ]);
    expect(after.conflicts.rows).toBe(1);
    const page = await bed.lake.conflictRows(after.conflicts.set as ConflictSet, { plan: everything(onto), limit: 10 });
    expect(page.rows.map((row) => row.key)).toEqual([["1"]]);
  });

  it.each(["row", "table"] as const)("decides whole rows where any two edits are a conflict (by %s)", async (strictness) => {
    const m = new MergeBed(bed, FIELDS, [1]);
    const from = await m.create(BASE.slice(0, 2));
    const changeSet = await m.propose(from, [[1, "A", "1.50", "kg"], BASE[1] ?? [], [3, "c", null, null]]);
    const onto = await m.write(from, [[1, "a", "1.00", "g"], BASE[1] ?? []]);
    const input = { onto, strictness, base: from, plan: everything(onto) };
    const partly = await bed.lake.resolveChanges(changeSet, { ...input, resolutions: [{ columns: [2], take: "mine" }] });
    expect((await m.preflight(partly.changeSet, onto, { strictness: "row" })).conflicts.rows).toBe(1);
    const mine = await bed.lake.resolveChanges(changeSet, { ...input, resolutions: [{ columns: [2], take: "theirs" }], rest: "mine" });
    expect((await m.preflight(mine.changeSet, onto, { strictness })).conflicts.rows).toBe(0);
    expect(await m.rows(await m.merge(mine.changeSet, onto, { strictness }))).toEqual([
      ["1", "a", "1.50", "g"],
      ["2", "b", "2.00", "kg"],
      ["3", "c", null, null],
    ]);
  });

  it("refuses a value that does not fit", async () => {
    expect(await codeOf(resolved({ resolutions: [{ columns: [3], take: "value", value: "dear" }] }))).toBe("change.values_mismatch");
  });

  it("leaves cells in conflict that the person does not see as they are", async () => {
    const masked = everything((await conflicting()).onto).columns.map((item) => (item.fieldId === 2 ? { ...item, mask: literal("***") } : item));
    const { after } = await resolved({ plan: { columns: masked }, rest: "mine" });
    expect(after.conflicts.rows).toBe(1);
  });
});

describe("choosing", () => {
  async function chosen(choices: Parameters<TestLake["lake"]["chooseChanges"]>[1]["choices"], plan?: ReadPlan) {
    const m = new MergeBed(bed, FIELDS, [1]);
    const from = await m.create(BASE);
    const changeSet = await m.propose(from, MINE);
    const parted = await bed.lake.chooseChanges(changeSet, { plan: plan ?? everything(from), choices, baseRows: from.rows });
    return { m, from, changeSet, ...parted };
  }

  it("parts cells, rows and kinds so that both parts together make the whole", async () => {
    const { m, from, kept, left } = await chosen([
      { columns: [2], keys: [["1"]], do: "leave_out" },
      { kinds: ["removed"], do: "leave_out" },
      { columns: [3], kinds: ["added"], do: "leave_out" },
      { filter: compare(storedColumn(4), "=", literal("g")), kinds: ["modified"], do: "leave_out" },
    ]);
    expect(await shown(kept.changeSet)).toEqual([
      ["modified", ["1", "a", "1.00", "kg"], ["1", "a", "1.50", "kg"], [2]],
      ["modified", ["2", "b", "2.00", "kg"], ["2", "B", "2.00", "kg"], [1]],
      ["modified", ["4", "d", "4.00", "kg"], ["4", "D", "4.00", "kg"], [1]],
      ["added", null, ["6", "f", null, "g"], []],
    ]);
    expect(left === null ? [] : await shown(left.changeSet)).toEqual([
      ["modified", ["1", "a", "1.50", "kg"], ["1", "A", "1.50", "kg"], [1]],
      ["removed", ["3", "c", "3.00", "kg"], null, []],
      ["modified", ["5", "e", "5.00", "kg"], ["5", "e", "5.00", "g"], [3]],
      ["modified", ["6", "f", null, "g"], ["6", "f", "6.00", "g"], [2]],
    ]);
    expect([kept.counts.unchanged, kept.counts.modified, left?.counts.removed, left?.counts.cells]).toEqual([2, 3, 1, 3]);
    const first = await m.merge(kept.changeSet, from);
    expect(await m.rows(left === null ? first : await m.merge(left.changeSet, first))).toEqual(
      MINE.map((row) => row.map((cell) => (cell === null ? null : String(cell)))),
    );
  });

  it("keeps all of it when nothing is left out, and leaves all of it", async () => {
    expect((await chosen([])).left).toBeNull();
    const all = await chosen([{ do: "leave_out" }]);
    expect([all.kept.changeSet.file, all.left?.changeSet.file?.records]).toEqual([null, 6]);
  });

  it("goes by what the plan shows: a hidden row is never chosen, and a condition sees masked values", async () => {
    const plan: ReadPlan = {
      columns: [
        { name: "id", fieldId: 1 },
        { name: "initial", fieldId: 2, mask: call("lower", storedColumn(2)) },
      ],
      filter: compare(storedColumn(3), "<>", literal(4)),
    };
    const { left } = await chosen(
      [
        { filter: compare(storedColumn(2), "=", literal("b")), do: "leave_out" },
        { keys: [["4"]], do: "leave_out" },
      ],
      plan,
    );
    expect(left === null ? [] : await shown(left.changeSet)).toEqual([["modified", ["2", "b", "2.00", "kg"], ["2", "B", "2.00", "kg"], [1]]]);
    expect(await codeOf(chosen([{ filter: compare(storedColumn(3), "=", literal(1)), do: "leave_out" }], plan))).toBe("lake.plan_invalid");
  });
});

describe("a file that went through a spreadsheet", () => {
  it("is merged without its damages, or with those that were accepted", async () => {
    const m = new MergeBed(bed, [field(1, "zip", "string"), field(2, "phone", "string"), field(3, "price", "decimal(9, 2)")], [1]);
    const from = await m.create([
      ["a", "00501", "1.10"],
      ["b", "00502", "2.20"],
      ["c", "+4420", "3.30"],
    ]);
    const path = join(bed.dir, "returned.csv");
    writeFileSync(path, "zip,phone,price\na,501,1.1\nb,502,2.50\nd,123,4\n");
    const plan = everything(from);
    const proposal = await bed.lake.proposeFile({ from, plan, keys: [1], path, missing: "removed" });
    expect(proposal.counts).toMatchObject({ added: 1, removed: 1, modified: 1, formatOnly: 1, damagedCells: 2 });
    const { kept, left } = await bed.lake.chooseChanges(proposal.changeSet, {
      plan,
      baseRows: from.rows,
      choices: [
        { keys: [["b"]], columns: [2], do: "accept_format" },
        { kinds: ["removed"], do: "leave_out" },
      ],
    });
    expect([kept.counts, left?.counts]).toMatchObject([
      { added: 1, removed: 0, modified: 1, formatOnly: 1, unchanged: 1, cells: 2, damagedCells: 1 },
      { removed: 1, modified: 0, formatOnly: 0 },
    ]);
    expect(await m.rows(await m.merge(kept.changeSet, from))).toEqual([
      ["a", "00501", "1.10"],
      ["b", "502", "2.50"],
      ["c", "+4420", "3.30"],
      ["d", "123", "4.00"],
    ]);
    const same = await bed.lake.compareProposals(proposal.changeSet, proposal.changeSet);
    expect(same.file).toBeNull();
  });
});

describe("two revisions", () => {
  it("differ in the rows they leave otherwise, told as the older and the newer leave them", async () => {
    const m = new MergeBed(bed, FIELDS, [1]);
    const from = await m.create(BASE);
    const older = await m.propose(from, MINE);
    const newer = await m.propose(from, [
      [1, "A", "1.50", "kg"],
      [2, "b", "2.00", "kg"],
      [3, "c", "3.00", "kg"],
      [5, "e", "5.00", "oz"],
      [6, "f", "6.00", "g"],
      [7, "g", "7.00", "g"],
    ]);
    expect(await shown(await bed.lake.compareProposals(older, newer))).toEqual([
      ["modified", ["2", "B", "2.00", "kg"], ["2", "b", "2.00", "kg"], [1]],
      ["added", null, ["3", "c", "3.00", "kg"], []],
      ["removed", ["4", "D", "4.00", "kg"], null, []],
      ["modified", ["5", "e", "5.00", "g"], ["5", "e", "5.00", "oz"], [3]],
      ["added", null, ["7", "g", "7.00", "g"], []],
    ]);
    expect((await bed.lake.compareProposals(older, older)).file).toBeNull();
    const nothing = await m.propose(from, BASE);
    expect(await shown(await bed.lake.compareProposals(nothing, older))).toEqual(await shown(older));
  });
});
