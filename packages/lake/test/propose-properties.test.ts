import type { Change, OpenTable } from "@granary/lake";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type TestLake, testLake } from "./lake.ts";
import { csv, proposalBed } from "./proposals.ts";
import { type Cell, field } from "./rows.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(async () => bed[Symbol.asyncDispose]());
const { table, propose, changes } = proposalBed(() => bed);

/** Mulberry32. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below);
  };
}

type Row = readonly [id: string, text: Cell, number: Cell, amount: Cell, day: Cell];
const NAMES = ["id", "text", "number", "amount", "day"];
const FIELDS = [
  field(1, "id", "string"),
  field(2, "text", "string"),
  field(3, "number", "double"),
  field(4, "amount", "decimal(18, 2)"),
  field(5, "day", "date"),
];

const VALUES: readonly (readonly Cell[])[] = [
  ["a", "b, c", 'say "x"', "two\nlines", "", null],
  ["0.5", "-3.25", "NaN", "1e+20", null],
  ["1.10", "20.00", "-0.01", null],
  ["2024-02-29", "1999-12-31", null],
];

function randomRows(random: (below: number) => number, count: number): readonly Row[] {
  const cell = (values: readonly Cell[]): Cell => values[random(values.length)] ?? null;
  const ids = new Set(Array.from({ length: count }, () => `${12345678901234567890n + BigInt(random(40))}`));
  return [...ids].map((id) => [id, ...VALUES.map(cell)] as unknown as Row);
}

function shuffled<T>(items: readonly T[], random: (below: number) => number): readonly T[] {
  const left = [...items];
  return items.map(() => left.splice(random(left.length), 1)[0] as T);
}

/** What the rows are with the changed cells of a change set: nothing else of it counts. */
function applied(rows: readonly Row[], found: readonly Change[]): readonly Row[] {
  const byKey = new Map<string, Row>(rows.map((row) => [row[0], row]));
  for (const { kind, old, new: fresh, changed } of found) {
    const key = String((old ?? fresh)?.[0]);
    if (kind === "removed") byKey.delete(key);
    else if (kind === "added") byKey.set(key, fresh as unknown as Row);
    else byKey.set(key, (byKey.get(key) as Row).map((cell, index) => (changed[index] === true ? (fresh?.[index] as Cell) : cell)) as unknown as Row);
  }
  return [...byKey.values()];
}

const canonical = (rows: readonly Row[]): readonly string[] =>
  rows.map((row) => JSON.stringify(row.map((cell, index) => (cell === null || index !== 2 ? cell : String(Number(cell)))))).toSorted();

/** Texts are not damaged by chance: an empty text and null are the only pair of values that could be. */
const withoutEmpty = (rows: readonly Row[]): readonly Row[] =>
  rows.map((row) => row.map((cell) => (cell === "" ? "c" : cell)) as unknown as Row).map((row) => [row[0], row[1] ?? "d", row[2], row[3], row[4]]);

const fileOf = (rows: readonly Row[], random: (below: number) => number): string => {
  const order = shuffled([0, 1, 2, 3, 4], random);
  return csv([NAMES, ...shuffled(rows, random)].map((row) => order.map((at) => row[at] ?? null)));
};

it.each([1, 2, 3, 4, 5])("proposes what makes one state the other, in any order of rows and columns (seed %i)", async (seed) => {
  const random = randomOf(seed);
  const [before, after] = [withoutEmpty(randomRows(random, 30)), withoutEmpty(randomRows(random, 30))];
  const from: OpenTable = await table(FIELDS, before);
  const proposal = await propose(from, fileOf(after, random));
  const found = await changes(proposal.changeSet, from);
  expect(canonical(applied(before, found))).toEqual(canonical(after));
  const { added, removed, modified, unchanged } = proposal.counts;
  expect([removed + modified + unchanged, added + modified + unchanged]).toEqual([before.length, after.length]);
});

it.each([1, 2, 3])("proposes nothing that is already so (seed %i)", async (seed) => {
  const random = randomOf(seed * 100);
  const rows = randomRows(random, 25);
  const from = await table(FIELDS, rows);
  for (const keys of [[1], []]) {
    const { counts, changeSet } = await propose(from, fileOf(rows, random), { keys });
    expect([changeSet.file, counts.unchanged]).toEqual([null, rows.length]);
  }
});
