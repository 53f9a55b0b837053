import { isAppError } from "@granary/kernel";
import type { Change, ChangePage, ChangeSet, ChangesRequest, Lake } from "@granary/lake";
import { type ChangedRow, type ChangeDiff, problem, type RowFilter } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { BoundedCache, checkPatterns, columnsNamed, presentColumns, presentRow, type Readable, readData } from "../../datasets/index.ts";
import { countCommentsByRow } from "../comments/store.ts";
import { planFor } from "../reader-plan.ts";
import { requireChange, type SeenChange } from "../seen-change.ts";
import { storedCondition } from "../stored-condition.ts";
import type { RevisionRow } from "../store.ts";
import { requireRevision } from "./get-change.ts";

/** Which changed rows somebody asks for. */
export interface DiffQuery {
  readonly revision?: number | undefined;
  readonly kind?: "added" | "removed" | "modified" | "format" | "duplicate_key" | "null_key" | undefined;
  readonly column?: string | undefined;
  readonly filter?: RowFilter | undefined;
  readonly q?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

type Cells = readonly unknown[] | null;
const texts = (cells: Cells) => (cells === null ? null : presentRow(cells as never));

/** Where the key columns are among those the reader sees as they are; undefined without keys, and when one of them is kept from the reader. */
function keyPlaces(changeSet: ChangeSet, page: ChangePage): readonly number[] | undefined {
  const places = changeSet.keys.map((key) => page.columns.findIndex(({ fieldId, isMasked }) => fieldId === key && !isMasked));
  return places.length === 0 || places.includes(-1) ? undefined : places;
}

/** The key columns of a change set as far as its reader sees them. */
export const keyNames = ({ columns }: Readable, { keys }: ChangeSet): string[] =>
  keys.flatMap((key) => columns.find(({ stored, isMasked }) => stored.fieldId === key && !isMasked)?.name ?? []);

function presentChanged(change: Change, places: readonly number[] | undefined): Omit<ChangedRow, "comments"> {
  const [old, fresh] = [texts(change.old), texts(change.new)];
  const cells = fresh ?? old;
  return {
    kind: change.kind,
    class: change.isFormatOnly ? "format" : "value",
    key: places === undefined || cells === null ? null : places.map((place) => cells[place] ?? null),
    copies: change.copies,
    old,
    new: fresh,
    changed: [...change.changed],
    damage: [...change.damage],
  };
}

async function requestOf(ctx: Ctx, readable: Readable, changeSet: ChangeSet, query: DiffQuery): Promise<ChangesRequest> {
  const { kind, column, filter, q, cursor, limit } = query;
  const changed = column === undefined ? undefined : readable.columns.find((item) => item.name === column);
  if (column !== undefined && changed === undefined)
    throw problem("request.invalid", {}, { issues: [{ path: "query.column", message: `there is no column ${column}` }] });
  const condition = filter === undefined ? undefined : storedCondition(readable, filter, "query.filter");
  if (filter !== undefined) await checkPatterns(ctx, filter, "query.filter");
  return {
    plan: planFor(readable, changeSet),
    limit,
    signal: ctx.signal,
    ...(kind === undefined ? {} : { kinds: [kind] }),
    ...(changed === undefined ? {} : { changedColumn: changed.stored.fieldId }),
    ...(condition === undefined ? {} : { filter: condition }),
    ...(q === undefined ? {} : { search: q }),
    ...(cursor === undefined ? {} : { after: cursor }),
  };
}

interface Showing {
  readonly seen: SeenChange;
  readonly revision: RevisionRow;
  readonly changeSet: ChangeSet;
  readonly query: DiffQuery;
}

/** A page of a change set as its reader sees the version it was made of. */
function show(ctx: Ctx, { seen, revision, changeSet, query }: Showing): Promise<ChangeDiff> {
  return readData(ctx, "review", async (open) => {
    const readable = await open(seen.dataset.id, String(revision.base_version));
    const page = await ctx.services.lake.changes(changeSet, await requestOf(ctx, readable, changeSet, query));
    const places = keyPlaces(changeSet, page);
    const changes = page.changes.map((change) => presentChanged(change, places));
    const keys = changes.flatMap(({ key }) => (key === null ? [] : [JSON.stringify(key)]));
    const comments = await countCommentsByRow(ctx.db, seen.row.id, keys);
    const names = page.columns.map(({ name }) => name);
    const answer = {
      revision: revision.number,
      keys: keyNames(readable, changeSet),
      columns: presentColumns(readable.columns, names),
      changes: changes.map((change) => ({ ...change, comments: change.key === null ? 0 : (comments.get(JSON.stringify(change.key)) ?? 0) })),
      next: page.next,
    };
    const asked = query.filter === undefined ? [] : columnsNamed(query.filter);
    return { answer, rows: changes.length, columns: [...names, ...asked] };
  });
}

/** What a request changes, a page of rows at a time. Requests for columns change no row. */
export async function readDiff(ctx: Ctx, idOrNumber: string, query: DiffQuery): Promise<ChangeDiff> {
  const seen = await requireChange(ctx, idOrNumber);
  const revision = await requireRevision(ctx, seen, query.revision);
  const { changeSet } = revision;
  if (changeSet === null) return { revision: revision.number, keys: [], columns: [], changes: [], next: null };
  return show(ctx, { seen, revision, changeSet, query });
}

/** Comparisons of revisions kept at hand; what they store is swept after a day, and then made again. */
const MAX_KEPT = 100;
const caches = new WeakMap<Lake, BoundedCache<ChangeSet>>();

function cacheOf(lake: Lake): BoundedCache<ChangeSet> {
  const cache = caches.get(lake) ?? new BoundedCache<ChangeSet>(MAX_KEPT, () => 1);
  caches.set(lake, cache);
  return cache;
}

/** What another revision proposed otherwise: `old` is a row as the revision `with` would leave it, `new` as this one would. */
export async function compareRevisions(
  ctx: Ctx,
  idOrNumber: string,
  asked: { readonly revision: number; readonly with: number },
  page: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<ChangeDiff> {
  const seen = await requireChange(ctx, idOrNumber);
  const [newer, older] = [await requireRevision(ctx, seen, asked.revision), await requireRevision(ctx, seen, asked.with)];
  const [before, after] = [older.changeSet, newer.changeSet];
  if (before === null || after === null) return { revision: newer.number, keys: [], columns: [], changes: [], next: null };
  const { lake } = ctx.services;
  const key = JSON.stringify([seen.row.id, older.number, older.digest, newer.number, newer.digest]);
  const read = async (): Promise<ChangeDiff> => {
    const [changeSet] = await cacheOf(lake).getAll([key], async () => [await lake.compareProposals(before, after)]);
    if (changeSet === undefined) throw new Error("a comparison came to nothing");
    return show(ctx, { seen, revision: newer, changeSet, query: page });
  };
  try {
    return await read();
  } catch (error) {
    if (!isAppError(error, "storage.missing")) throw error;
    cacheOf(lake).forget(key);
    return read();
  }
}
