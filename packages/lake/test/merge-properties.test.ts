import type { ChangeSet, Choice, OpenTable } from "@granary/lake";
import { afterAll, beforeAll, expect, it } from "vitest";
import { everything, type TestLake, testLake } from "./lake.ts";
import { MergeBed, type Row } from "./merge-bed.ts";
import { type Random, randomOf } from "./random.ts";
import { field } from "./rows.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(async () => bed[Symbol.asyncDispose]());

const FIELDS = [field(1, "part", "string"), field(2, "id", "long"), field(3, "name", "string"), field(4, "price", "decimal(9, 2)"), field(5, "on", "date")];
const NAMES = FIELDS.map((item) => item.name);
const VALUES = [
  ["a", "b", "", null],
  ["0.00", "1.10", "-2.50", null],
  ["2024-01-01", "1970-01-01", null],
] as const;

type Rows = ReadonlyMap<string, Row>;
const keyOf = (row: Row): string => JSON.stringify(row.slice(0, 2));
const tableOf = (rows: readonly Row[]): Rows => new Map(rows.map((row) => [keyOf(row), row]));
const cells = (random: Random): Row => VALUES.map((values) => random.pick(values));
const newRow = (random: Random, id: number): Row => [random.pick(["x", "y"]), id, ...cells(random)];

/** What one person does to a table: rows come, go and change, in some of the rows alone. */
function edited(
  random: Random,
  base: readonly Row[],
  { isMine, firstId }: { readonly isMine: (index: number) => boolean; readonly firstId: number },
): readonly Row[] {
  const kept = base.flatMap((row, index): readonly Row[] => {
    if (!isMine(index) || random.chance(0.3)) return [row];
    if (random.chance(0.3)) return [];
    const column = random.below(3);
    return [row.map((cell, at) => (at === column + 2 ? random.pick(VALUES[column] ?? [null]) : cell))];
  });
  const added = Array.from({ length: random.below(3) }, (_, index) => newRow(random, firstId + index));
  return [...kept, ...added].toSorted(() => random.below(3) - 1);
}

const asTexts = (rows: Iterable<Row>): readonly (readonly unknown[])[] =>
  [...rows]
    .map((row) => row.map((cell) => (cell === null ? null : String(cell))))
    .toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));

/** Both edits of a base, which do not touch the same rows. */
function both(base: readonly Row[], [one, other]: readonly [readonly Row[], readonly Row[]]): readonly Row[] {
  const [from, left, right] = [tableOf(base), tableOf(one), tableOf(other)];
  const keys = new Set([...from.keys(), ...left.keys(), ...right.keys()]);
  return [...keys].flatMap((key) => {
    const [was, mine, theirs] = [from.get(key), left.get(key), right.get(key)];
    const row = JSON.stringify(mine) === JSON.stringify(was) ? theirs : mine;
    return row === undefined ? [] : [row];
  });
}

interface Case {
  readonly m: MergeBed;
  readonly random: Random;
  readonly base: readonly Row[];
  readonly from: OpenTable;
}

async function begin(seed: number): Promise<Case> {
  const random = randomOf(seed);
  const m = new MergeBed(bed, FIELDS, [1, 2]);
  const base = Array.from({ length: 8 }, (_, index) => newRow(random, index));
  return { m, random, base, from: await m.create(base) };
}

async function mergeInOrder(m: MergeBed, onto: OpenTable, changeSets: readonly ChangeSet[]): Promise<OpenTable> {
  let table = onto;
  for (const changeSet of changeSets) table = await m.merge(changeSet, table);
  return table;
}

it.each([1, 2, 3, 4])("gives the same rows whichever of two proposals is merged first (seed %i)", async (seed) => {
  const { m, random, base, from } = await begin(seed);
  const one = edited(random, base, { isMine: (index) => index % 2 === 0, firstId: 100 });
  const other = edited(random, base, { isMine: (index) => index % 2 === 1, firstId: 200 });
  const changeSets = [await m.propose(from, one), await m.propose(from, other)];
  const expected = asTexts(both(base, [one, other]));
  expect(await m.rows(await mergeInOrder(m, from, changeSets), NAMES)).toEqual(expected);
  const again = await m.write(await bed.open(m.tableName), base);
  expect(await m.rows(await mergeInOrder(m, again, changeSets.toReversed()), NAMES)).toEqual(expected);
});

it.each([11, 12, 13, 14])("gives the proposed rows, and by its way back those before (seed %i)", async (seed) => {
  const { m, random, base, from } = await begin(seed);
  const rows = edited(random, base, { isMine: () => true, firstId: 100 });
  const after = await m.merge(await m.propose(from, rows), from);
  expect(await m.rows(after, NAMES)).toEqual(asTexts(rows));
  const { changeSet } = await bed.lake.diff({ from: after, to: from, keys: [1, 2] });
  expect(await m.rows(await m.merge(changeSet, after), NAMES)).toEqual(asTexts(base));
});

it.each([21, 22, 23, 24])("parts a proposal so that both parts together come to all of it (seed %i)", async (seed) => {
  const { m, random, base, from } = await begin(seed);
  const rows = edited(random, base, { isMine: () => true, firstId: 100 });
  const changeSet = await m.propose(from, rows);
  const choice = (): Choice => ({
    do: "leave_out",
    ...(random.chance(0.5) ? { columns: [random.pick([3, 4, 5])] } : {}),
    ...(random.chance(0.4) ? { kinds: [random.pick(["added", "removed", "modified"] as const)] } : {}),
    ...(random.chance(0.5) ? { keys: rows.filter(() => random.chance(0.5)).map((row) => row.slice(0, 2).map(String)) } : {}),
  });
  const { kept, left } = await bed.lake.chooseChanges(changeSet, { plan: everything(from), choices: [choice(), choice()] });
  expect(await m.rows(await mergeInOrder(m, from, [kept.changeSet, ...(left === null ? [] : [left.changeSet])]), NAMES)).toEqual(asTexts(rows));
});

it.each([31, 32, 33, 34])("leaves no conflict once all are decided, and tells revisions apart by what they leave (seed %i)", async (seed) => {
  const { m, random, base, from } = await begin(seed);
  const mine = await m.propose(from, edited(random, base, { isMine: () => true, firstId: 100 }));
  const onto = await m.write(from, edited(random, base, { isMine: () => true, firstId: 100 }));
  for (const rest of ["theirs", "mine"] as const) {
    const { changeSet } = await bed.lake.resolveChanges(mine, { onto, strictness: "cell", plan: everything(onto), resolutions: [], rest });
    expect((await m.preflight(changeSet, onto)).conflicts.rows).toBe(0);
    const none = await bed.lake.compareProposals(changeSet, changeSet);
    expect(none.file).toBeNull();
  }
});
