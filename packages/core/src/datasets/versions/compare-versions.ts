import { isAppError } from "@granary/kernel";
import type { ChangePage, DiffResult, Lake, PlannedColumn } from "@granary/lake";
import type { DatasetDifference } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { presentColumn } from "../present.ts";
import { BoundedCache } from "../reading/bounded-cache.ts";
import { requireWhole } from "../queries/get-dataset.ts";
import type { Readable, ReadableColumn } from "../reading/open-version.ts";
import { presentRow } from "../reading/present-cells.ts";
import { readData } from "../reading/read-data.ts";

/** Which versions are compared, and which page of their changes. */
export interface DiffQuery {
  readonly from: string;
  readonly to?: string | undefined;
  readonly kind?: "added" | "removed" | "modified" | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Comparisons kept at hand while somebody pages through them; what they store is swept after a day, and then made again. */
const MAX_KEPT = 200;
const caches = new WeakMap<Lake, BoundedCache<DiffResult>>();

function cacheOf(lake: Lake): BoundedCache<DiffResult> {
  const cache = caches.get(lake) ?? new BoundedCache<DiffResult>(MAX_KEPT, () => 1);
  caches.set(lake, cache);
  return cache;
}

interface Sides {
  readonly from: Readable;
  readonly to: Readable;
  /** What the caller sees as stored on either side: counts of anything else would tell about what is hidden. */
  readonly shown: readonly ReadableColumn[];
  readonly keys: readonly number[];
}

const seen = ({ columns }: Readable): readonly ReadableColumn[] => columns.filter((item) => !item.isMasked);
const idOf = (item: ReadableColumn): number => item.stored.fieldId;

/** Columns only the older version has keep their name unless the newer one uses it for another. */
function shownColumns(from: Readable, to: Readable): readonly ReadableColumn[] {
  const newer = seen(to);
  const names = new Set(newer.map((item) => item.name));
  const gone = seen(from).filter((item) => !newer.some((other) => idOf(other) === idOf(item)));
  return [...newer, ...gone.map((item) => (names.has(item.name) ? { ...item, name: `${item.name} (version ${from.version.number})` } : item))];
}

function sidesOf(from: Readable, to: Readable): Sides {
  const shown = shownColumns(from, to);
  const keys = to.keys.flatMap((name) => seen(to).find((item) => item.name === name)?.stored.fieldId ?? []);
  const isBoth = keys.every((fieldId) => seen(from).some((item) => idOf(item) === fieldId));
  return { from, to, shown, keys: isBoth ? keys : [] };
}

/** Runs for everybody who asks for the same, so it does not end when one of them goes away. */
async function compare(ctx: Ctx, { from, to, shown, keys }: Sides): Promise<DiffResult> {
  const columns = shown.map(idOf).filter((fieldId) => !keys.includes(fieldId));
  return ctx.services.lake.diff({ from: from.table, to: to.table, keys, columns });
}

const keyOf = ({ from, to, shown, keys }: Sides): string =>
  JSON.stringify([from.table.tableUuid, from.table.snapshotId, to.table.snapshotId, shown.map(idOf), keys]);

async function readPage(ctx: Ctx, sides: Sides, query: DiffQuery): Promise<{ readonly result: DiffResult; readonly page: ChangePage }> {
  const { lake } = ctx.services;
  const cache = cacheOf(lake);
  const key = keyOf(sides);
  const columns = sides.shown.map((item): PlannedColumn => ({ name: item.name, fieldId: idOf(item) }));
  const plan = { columns };
  const { kind, cursor, limit } = query;
  const request = { plan, limit, signal: ctx.signal, ...(kind === undefined ? {} : { kinds: [kind] }), ...(cursor === undefined ? {} : { after: cursor }) };
  const read = async () => {
    const [result] = await cache.getAll([key], async () => [await compare(ctx, sides)]);
    if (result === undefined) throw new Error("a comparison came to nothing");
    return { result, page: await lake.changes(result.changeSet, request) };
  };
  try {
    return await read();
  } catch (error) {
    if (!isAppError(error, "storage.missing")) throw error;
    cache.forget(key);
    return await read();
  }
}

function columnChanges({ from, to, shown }: Sides): DatasetDifference["columnChanges"] {
  return shown.flatMap((item): DatasetDifference["columnChanges"] => {
    const old = seen(from).find((other) => idOf(other) === idOf(item));
    const now = seen(to).find((other) => idOf(other) === idOf(item));
    if (old === undefined) return [{ kind: "added", column: item.name, from: "", to: item.stored.storedType }];
    if (now === undefined) return [{ kind: "dropped", column: item.name, from: item.stored.storedType, to: "" }];
    return [
      ...(old.name === now.name ? [] : [{ kind: "renamed" as const, column: now.name, from: old.name, to: now.name }]),
      ...(old.stored.storedType === now.stored.storedType
        ? []
        : [{ kind: "retyped" as const, column: now.name, from: old.stored.storedType, to: now.stored.storedType }]),
    ];
  });
}

const sideOf = ({ version, table }: Readable) => ({ number: version.number, rows: table.rows, at: (table.committedAt ?? new Date(0)).toISOString() });

async function difference(ctx: Ctx, sides: Sides, query: DiffQuery): Promise<DatasetDifference> {
  // What differs is counted over all rows.
  requireWhole(sides.to.dataset, "comparing versions", ["rows"]);
  const { result, page } = await readPage(ctx, sides, query);
  const { added, removed, modified, unchanged, changedCellsByColumn } = result.counts;
  const cells = sides.shown.flatMap((item) => {
    const rows = changedCellsByColumn[idOf(item)] ?? 0;
    return rows === 0 ? [] : [{ column: item.name, rows }];
  });
  return {
    from: sideOf(sides.from),
    to: sideOf(sides.to),
    keys: sides.keys.flatMap((fieldId) => sides.shown.find((item) => idOf(item) === fieldId)?.name ?? []),
    added,
    removed,
    modified,
    unchanged,
    changedCells: cells.toSorted((left, right) => right.rows - left.rows),
    columnChanges: columnChanges(sides),
    columns: sides.shown.map((item) => ({ ...presentColumn(item.stored), name: item.name })),
    changes: page.changes.map(({ kind, copies, old, new: fresh, changed }) => ({
      kind,
      copies,
      old: old === null ? null : presentRow(old as never),
      new: fresh === null ? null : presentRow(fresh as never),
      changed: [...changed],
    })),
    next: page.next,
  };
}

/** What differs between two versions in the columns the caller sees, a page of rows at a time. */
export function compareVersions(ctx: Ctx, dataset: string, query: DiffQuery): Promise<DatasetDifference> {
  return readData(ctx, "compare", async (open) => {
    const answer = await difference(ctx, sidesOf(await open(dataset, query.from), await open(dataset, query.to)), query);
    return { answer, rows: answer.changes.length, columns: (readable) => seen(readable).map((item) => item.name) };
  });
}
