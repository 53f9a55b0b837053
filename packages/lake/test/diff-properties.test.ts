import { randomUUID } from "node:crypto";
import { pathToFileURL } from "node:url";
import type { Change, ChangeSet, DiffPath, DiffResult, OpenTable, StagedFile } from "@granary/lake";
import { afterAll, beforeAll, expect, it } from "vitest";
import { diffOnPath } from "../src/diff/diff.ts";
import { dataFile, deleteFile, type HandMade, rowsOf, stagedChange } from "./hand-made.ts";
import { everything, type TestLake, testLake } from "./lake.ts";

let bed: TestLake;
beforeAll(async () => {
  bed = await testLake();
});
afterAll(async () => bed[Symbol.asyncDispose]());

type Cell = string | number | null;
type Row = readonly [id: Cell, text: Cell, number: Cell, amount: Cell];

const COLUMNS: HandMade["columns"] = [
  { fieldId: 1, name: "id", type: "long", sqlType: { kind: "bigint" } },
  { fieldId: 2, name: "text", type: "string", sqlType: { kind: "text" } },
  { fieldId: 3, name: "number", type: "double", sqlType: { kind: "double" } },
  { fieldId: 4, name: "amount", type: "decimal(10, 2)", sqlType: { kind: "decimal", precision: 10, scale: 2 } },
];

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

interface ModelFile {
  readonly file: StagedFile;
  readonly rows: readonly Row[];
  readonly deleted: ReadonlySet<number>;
  readonly deletes: readonly StagedFile[];
}

interface ModelSnapshot {
  readonly snapshotId: string;
  readonly rows: readonly Row[];
}

const aliveIn = (file: ModelFile): readonly Row[] => file.rows.filter((_, position) => !file.deleted.has(position));

/** A table with a history of random commits: appends, merge-on-read changes, rewrites, each told to a model. */
async function randomHistory(seed: number, commits: number): Promise<{ readonly tableName: string; readonly snapshots: readonly ModelSnapshot[] }> {
  const random = randomOf(seed);
  const pick = <T>(items: readonly T[]): T => items[random(items.length)] as T;
  const tableName = `t_${randomUUID().replaceAll("-", "")}`;
  const table: HandMade = { columns: COLUMNS, location: `${pathToFileURL(bed.warehouse).href}/${bed.workspaceId}/${tableName}` };
  const newRow = (id: Cell): Row => [id, pick(["a", "b", "", null]), pick([0, -0, Number.NaN, 1.5, null]), pick(["1.10", "2.00", null])];
  // Few different ids, so that some repeat, and now and then none.
  const newId = (): Cell => (random(12) === 0 ? null : String(random(40)));
  const newRows = (): readonly Row[] => Array.from({ length: 1 + random(8) }, () => newRow(newId()));
  let files: readonly ModelFile[] = [];
  let tableUuid: string | null = null;
  const snapshots: ModelSnapshot[] = [];

  const fresh = async (rows: readonly Row[]): Promise<ModelFile> => ({ file: await dataFile(bed, table, rows), rows, deleted: new Set(), deletes: [] });
  const publish = async (added: readonly StagedFile[], removed: readonly StagedFile[], next: readonly ModelFile[]): Promise<void> => {
    const published = await bed.publish(stagedChange(bed, tableName, table, { added, removed, tableUuid }));
    files = next;
    tableUuid ??= (await bed.open(tableName)).tableUuid;
    snapshots.push({ snapshotId: published.snapshotId, rows: files.flatMap(aliveIn) });
  };

  const append = async (): Promise<void> => {
    const file = await fresh(newRows());
    await publish([file.file], [], [...files, file]);
  };
  /** Deletes some positions of one file and, for an upsert, writes other versions of those rows. */
  const mergeOnRead = async (): Promise<void> => {
    const target = pick(files);
    const positions = target.rows.flatMap((_, position) => (random(3) === 0 ? [position] : []));
    if (positions.length === 0) return append();
    const deletes = await deleteFile(
      bed,
      table,
      positions.map((position) => ({ uri: target.file.uri, position })),
      random(2) === 0,
    );
    const changed = random(2) === 0 ? await fresh(positions.map((position) => newRow(target.rows[position]?.[0] ?? null))) : undefined;
    const next = files.map((file) =>
      file === target ? { ...file, deleted: new Set([...file.deleted, ...positions]), deletes: [...file.deletes, deletes] } : file,
    );
    await publish([deletes, ...(changed === undefined ? [] : [changed.file])], [], changed === undefined ? next : [...next, changed]);
  };
  /** Writes one or two files anew, in another order, with or without a change. */
  const rewrite = async (): Promise<void> => {
    const targets = [...new Set([pick(files), pick(files)])];
    const rows = targets.flatMap(aliveIn).toReversed();
    const changed = rows.map((row) => (random(5) === 0 ? newRow(row[0]) : row));
    const file = changed.length === 0 ? undefined : await fresh(changed);
    const left = files.filter((item) => !targets.includes(item));
    await publish(
      file === undefined ? [] : [file.file],
      targets.flatMap((item) => [item.file, ...item.deletes]),
      file === undefined ? left : [...left, file],
    );
  };

  await append();
  for (let commit = 1; commit < commits; commit += 1) await (files.length === 0 ? append : pick([append, mergeOnRead, mergeOnRead, rewrite]))();
  return { tableName, snapshots };
}

const canonical = (cells: readonly unknown[]): string =>
  JSON.stringify(cells.map((cell) => (cell === null ? null : Object.is(cell, -0) || cell === 0 ? "0" : String(cell))));

function multiset(rows: readonly (readonly unknown[])[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(canonical(row), (counts.get(canonical(row)) ?? 0) + 1);
  return counts;
}

async function allChanges(changeSet: ChangeSet, table: OpenTable, limit: number): Promise<readonly Change[]> {
  const changes: Change[] = [];
  let after: string | undefined;
  do {
    const page = await bed.lake.changes(changeSet, { plan: everything(table), limit, ...(after === undefined ? {} : { after }) });
    changes.push(...page.changes);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return changes;
}

function applied(rows: readonly Row[], changes: readonly Change[]): readonly (readonly [string, number])[] {
  const counts = multiset(rows);
  const add = (row: readonly unknown[], copies: number): void => {
    const key = canonical(row);
    counts.set(key, (counts.get(key) ?? 0) + copies);
  };
  for (const change of changes) {
    if (change.old !== null) add(change.old, -change.copies);
    if (change.new !== null) add(change.new, change.copies);
  }
  return inOrder([...counts].filter(([, count]) => count !== 0));
}

const inOrder = (counts: Iterable<readonly [string, number]>): readonly (readonly [string, number])[] =>
  [...counts].toSorted(([left], [right]) => (left < right ? -1 : 1));

const sorted = (rows: readonly Row[]): readonly (readonly [string, number])[] => inOrder(multiset(rows));

interface Expected {
  readonly counts: DiffResult["counts"];
  /** Duplicates of the old and the new side, then rows without a key of either. */
  readonly faults: readonly number[];
}

/** Rows whose key does not identify them: those both sides have are unchanged, the others are faults. */
function unpairedCounts(before: readonly Row[], after: readonly Row[]): { readonly unchanged: number; readonly surplus: readonly [number, number] } {
  const [left, right] = [multiset(before), multiset(after)];
  let unchanged = 0;
  for (const [row, count] of left) unchanged += Math.min(count, right.get(row) ?? 0);
  return { unchanged, surplus: [before.length - unchanged, after.length - unchanged] };
}

/** The numbers of the fields in which two rows differ. */
const changedFields = (one: Row, other: Row): readonly number[] =>
  [1, 2, 3].flatMap((index) => (canonical([one[index]]) === canonical([other[index]]) ? [] : [index + 1]));

/** What became of a row that its key identifies on both sides. */
function judged(
  one: Row | undefined,
  other: Row | undefined,
): { readonly kind: "added" | "removed" | "modified" | "unchanged"; readonly changed: readonly number[] } {
  if (one === undefined) return { kind: "added", changed: [] };
  if (other === undefined) return { kind: "removed", changed: [] };
  const changed = changedFields(one, other);
  return { kind: changed.length === 0 ? "unchanged" : "modified", changed };
}

/** The comparison by the book, of rows in memory. */
function expectedCounts(from: readonly Row[], to: readonly Row[]): Expected {
  const [old, fresh] = [from, to].map((rows) => Map.groupBy(rows, (row) => row[0])) as [Map<Cell, Row[]>, Map<Cell, Row[]>];
  const counts = { added: 0, removed: 0, modified: 0, unchanged: 0 };
  const cells = new Map<number, number>();
  const faults = { duplicate: [0, 0] as [number, number], null: [0, 0] as [number, number] };
  for (const key of new Set([...old.keys(), ...fresh.keys()])) {
    const [before, after] = [old.get(key) ?? [], fresh.get(key) ?? []];
    if (key === null || before.length > 1 || after.length > 1) {
      const { unchanged, surplus } = unpairedCounts(before, after);
      const fault = faults[key === null ? "null" : "duplicate"];
      counts.unchanged += unchanged;
      fault[0] += surplus[0];
      fault[1] += surplus[1];
      continue;
    }
    const { kind, changed } = judged(before[0], after[0]);
    counts[kind] += 1;
    for (const fieldId of changed) cells.set(fieldId, (cells.get(fieldId) ?? 0) + 1);
  }
  return { counts: { ...counts, changedCellsByColumn: Object.fromEntries(cells) }, faults: [...faults.duplicate, ...faults.null] };
}

const SEEDS = [1, 2, 3, 4];

const taken = new Set<DiffPath>();

it.each(SEEDS)("finds what makes one snapshot the other, on every path alike (seed %i)", async (seed) => {
  const { tableName, snapshots } = await randomHistory(seed, 9);
  const random = randomOf(seed * 7919);
  for (let round = 0; round < 6; round += 1) {
    const [a, b] = [snapshots[random(snapshots.length)], snapshots[random(snapshots.length)]];
    if (a === undefined || b === undefined) continue;
    const [from, to] = [await bed.open(tableName, a.snapshotId), await bed.open(tableName, b.snapshotId)];
    const expected = expectedCounts(a.rows, b.rows);
    for (const path of [undefined, "files", "full"] as const) {
      const result = await diffOnPath(bed, { from, to, keys: [1] }, path);
      taken.add(result.path);
      const { faults, counts } = expected;
      const { keys } = result;
      expect({ path, ...result.counts }).toEqual({ path, ...counts });
      expect([keys.from.duplicateRows, keys.to.duplicateRows, keys.from.nullRows, keys.to.nullRows]).toEqual(faults);
      const changes = await allChanges(result.changeSet, to, 1 + random(30));
      expect(applied(a.rows, changes)).toEqual(sorted(b.rows));
    }
  }
});

it("took every path for that", () => expect([...taken].toSorted()).toEqual(["files", "full", "positions", "same"]));

it.each(SEEDS)("compares rows as a multiset where no column identifies them (seed %i)", async (seed) => {
  const { tableName, snapshots } = await randomHistory(seed + 100, 7);
  const [a, b] = [snapshots[1], snapshots.at(-1)];
  if (a === undefined || b === undefined) throw new Error("the history is too short");
  const [from, to] = [await bed.open(tableName, a.snapshotId), await bed.open(tableName, b.snapshotId)];
  for (const path of [undefined, "files", "full"] as const) {
    const result = await diffOnPath(bed, { from, to, keys: [] }, path);
    const changes = await allChanges(result.changeSet, to, 7);
    expect(applied(a.rows, changes)).toEqual(sorted(b.rows));
    expect(changes.every((change) => change.kind === "added" || change.kind === "removed")).toBe(true);
    expect(result.counts.unchanged + result.counts.removed).toBe(a.rows.length);
  }
});

it("finds nothing between a snapshot and itself, on every path, whatever the order of rows and columns", async () => {
  const { tableName, snapshots } = await randomHistory(42, 6);
  const last = snapshots.at(-1);
  const table = await bed.open(tableName, last?.snapshotId ?? "");
  for (const keys of [[1], []]) {
    for (const path of [undefined, "files", "full"] as const) {
      const { counts, changeSet } = await diffOnPath(bed, { from: table, to: table, keys }, path);
      expect({ ...counts, file: changeSet.file }).toEqual({
        added: 0,
        removed: 0,
        modified: 0,
        unchanged: last?.rows.length,
        changedCellsByColumn: {},
        file: null,
      });
    }
    const columns = COLUMNS.toReversed();
    const rows = (last?.rows ?? []).toReversed().map((row) => row.toReversed());
    const proposed = { query: rowsOf(columns, rows), columns: table.columns.toReversed() };
    const { counts } = await bed.lake.diff({ from: table, to: proposed, keys });
    expect([counts.added, counts.removed, counts.modified]).toEqual([0, 0, 0]);
  }
});
