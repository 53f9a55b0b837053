import {
  decide,
  type Decision,
  type Deciding,
  datasetLevel,
  findReaders,
  intersect,
  keepsType,
  listableDatasets,
  readerOf,
  type SelectedFacts,
} from "../access/index.ts";
import type { Principal } from "../context/index.ts";
import { sqlTypeOf } from "./schema/stored-types.ts";
import { findStoredDataset, listStoredByName, listStoredDatasets, type StoredColumn, type StoredDataset } from "./store.ts";

/** A column of today as its reader sees it. */
export interface SeenColumn extends StoredColumn {
  readonly masked: boolean;
}

/** A dataset as its reader sees it: what they may not know of is not in it. */
export interface DatasetRow extends Omit<StoredDataset, "facts" | "row_count"> {
  /** The columns of today that the reader sees, those that are masked as they see them. */
  readonly columns: readonly SeenColumn[] | null;
  /** Null while there are no rows yet, and for whoever sees only some. */
  readonly row_count: number | null;
  readonly decision: Decision;
}

async function decisionOf(ctx: Deciding, principal: Principal, row: StoredDataset): Promise<Decision> {
  const { policies, facts, purpose } = await readerOf(ctx, principal, row.facts as SelectedFacts);
  const columnTags = new Map(Object.entries(row.column_tags ?? {}).map(([fieldId, tags]) => [Number(fieldId), tags]));
  const dataset = { id: row.id, ownerId: row.owner_id, tags: row.tags, columnTags, level: datasetLevel(principal, row) };
  return decide({ principal, facts, policies, purpose, dataset });
}

function seenColumn(column: StoredColumn, decision: Decision): SeenColumn | [] {
  const { visibility, mask } = decision.column(column.fieldId);
  if (visibility === "hidden") return [];
  if (mask === undefined) return { ...column, masked: false };
  const { allowedValues: _values, ...others } = column;
  const kind = sqlTypeOf(column.storedType)?.kind;
  return { ...others, type: kind !== undefined && keepsType(mask, kind) ? column.type : "text", masked: true };
}

/** Columns as their reader sees them. Rules that tell values are left out of masked ones. */
export const seenColumns = (columns: readonly StoredColumn[], decision: Decision): readonly SeenColumn[] =>
  columns.flatMap((column) => seenColumn(column, decision));

function seen({ facts: _facts, ...row }: StoredDataset, decision: Decision): DatasetRow {
  return {
    ...row,
    columns: row.all_columns === null ? null : seenColumns(row.all_columns, decision),
    row_count: decision.hides.rows ? null : row.row_count,
    decision,
  };
}

/** Datasets as the caller sees them, those that do not exist for them with the level `none`. */
async function see(ctx: Deciding, rows: readonly StoredDataset[]): Promise<readonly DatasetRow[]> {
  const { principal } = ctx;
  const ids = rows.map(({ id }) => id);
  const others = principal.viewedBy === undefined ? [] : await listStoredDatasets(ctx, principal.viewedBy, ids);
  const byId = new Map(others.map((row) => [row.id, row]));
  const found: DatasetRow[] = [];
  for (const row of rows) {
    const own = await decisionOf(ctx, principal, row);
    const other = byId.get(row.id);
    if (principal.viewedBy === undefined) found.push(seen(row, own));
    else if (other !== undefined) found.push(seen(row, intersect(own, await decisionOf(ctx, principal.viewedBy, other))));
  }
  return found;
}

const isThere = ({ decision }: DatasetRow): boolean => decision.level !== "none";

/** The dataset with this id or name, with the level `none` when it does not exist for the caller. */
export async function findSeenDataset(ctx: Deciding, idOrName: string, options: { readonly trashed?: boolean } = {}): Promise<DatasetRow | undefined> {
  const where = options.trashed === true ? { where: await listable(ctx) } : {};
  const row = await findStoredDataset(ctx, ctx.principal, idOrName, { ...options, ...where });
  return row === undefined ? undefined : (await see(ctx, [row]))[0];
}

/** What a dataset is to one person, whoever asks. */
export async function findSeenBy(ctx: Deciding, principal: Principal, idOrName: string): Promise<DatasetRow | undefined> {
  return findSeenDataset({ ...ctx, db: ctx.db, workspaceId: ctx.workspaceId, principal }, idOrName);
}

/** Some datasets as the caller sees them, with the level `none` for those that do not exist for them. */
export async function listSeenDatasets(ctx: Deciding, ids: readonly string[]): Promise<readonly DatasetRow[]> {
  return see(ctx, await listStoredDatasets(ctx, ctx.principal, ids));
}

/** Those of some datasets the caller may see, in any order. */
export async function listDatasetRows(ctx: Deciding, ids: readonly string[]): Promise<readonly DatasetRow[]> {
  return (await listSeenDatasets(ctx, ids)).filter(isThere);
}

/** Datasets with data that the caller may see, by name. */
export async function listDatasetRowsByName(
  ctx: Deciding,
  options: { readonly q?: string | undefined; readonly limit: number },
): Promise<readonly DatasetRow[]> {
  return (await see(ctx, await listStoredByName(ctx, { ...options, where: await listable(ctx) }))).filter(isThere);
}

/** Whether the caller may see a dataset at all, as a condition on `datasets as d`. */
export async function listable(ctx: Deciding, owned = false) {
  return listableDatasets(await findReaders(ctx), ctx.workspaceId, owned);
}
