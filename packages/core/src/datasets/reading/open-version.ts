import { cast, column } from "@granary/engine";
import type { OpenTable, ReadPlan } from "@granary/lake";
import { datasetLevel, readPlanFor } from "../../access/index.ts";
import type { Ctx } from "../../context/index.ts";
import { requireDataset } from "../queries/get-dataset.ts";
import type { DatasetRow, StoredColumn } from "../store.ts";
import { type ResolvedVersion, resolveVersion } from "../versions/resolve-version.ts";
import type { FilterableColumn } from "./to-condition.ts";

/** A column of a version as one person sees it. */
export interface ReadableColumn extends FilterableColumn {
  readonly stored: StoredColumn;
  readonly isMasked: boolean;
}

/** A version of a dataset, opened for one person. */
export interface Readable {
  readonly dataset: DatasetRow;
  readonly version: ResolvedVersion;
  /** What the person sees of it; every read takes this plan. */
  readonly plan: ReadPlan;
  readonly table: OpenTable;
  readonly columns: readonly ReadableColumn[];
  /** Names of the columns that identify a row, if the dataset has such and the person sees all of them as stored. */
  readonly keys: readonly string[];
  /** The policies that made the plan what it is. */
  readonly policyIds: readonly string[];
}

function readableColumns(version: ResolvedVersion, plan: ReadPlan, table: OpenTable): readonly ReadableColumn[] {
  return plan.columns.flatMap(({ name, fieldId, mask }) => {
    const stored = version.columns.find((item) => item.fieldId === fieldId);
    const source = table.columns.find((item) => item.fieldId === fieldId);
    if (stored === undefined || source === undefined) return [];
    const value = column(name);
    if (mask === undefined) return { name, stored, value, sqlType: source.sqlType, isMasked: false };
    return { name, stored: { ...stored, type: "text" }, value: cast(value, { kind: "text" }), sqlType: { kind: "text" }, isMasked: true };
  });
}

/** The keys of today also identify rows of versions from before they were named, as long as those have the columns. */
function keysOf(dataset: DatasetRow, columns: readonly ReadableColumn[]): readonly string[] {
  const ids = dataset.key_fields ?? [];
  const names = ids.flatMap((id) => columns.find((item) => item.stored.fieldId === id && !item.isMasked)?.name ?? []);
  return names.length === ids.length ? names : [];
}

/** What somebody sees of a version, before its table is opened. */
export interface PlannedVersion {
  readonly dataset: DatasetRow;
  readonly version: ResolvedVersion;
  readonly plan: ReadPlan;
}

/** What the caller sees of a version of a dataset. Throws like {@link openVersion}. */
export async function planVersion(ctx: Ctx, idOrName: string, asked: string | undefined): Promise<PlannedVersion> {
  const dataset = await requireDataset(ctx, idOrName);
  const version = await resolveVersion(ctx, dataset, asked);
  return { dataset, version, plan: readPlanFor(datasetLevel(ctx.principal, dataset), version.columns) };
}

/** The columns of today that the caller sees of a dataset they may read. */
export function shownColumns(ctx: Pick<Ctx, "principal">, dataset: DatasetRow): readonly StoredColumn[] {
  const columns = dataset.columns ?? [];
  const plan = readPlanFor(datasetLevel(ctx.principal, dataset), columns);
  return plan.columns.flatMap(({ name, fieldId, mask }) =>
    columns.filter((item) => item.fieldId === fieldId).map((item) => (mask === undefined ? { ...item, name } : { ...item, name, type: "text" })),
  );
}

/**
 * Opens a version of a dataset for the caller. `readData` alone calls it, which writes what was seen of it into the access log.
 * Throws `dataset.not_found`, `dataset.not_ready` and `dataset.version_not_found`.
 */
export async function openVersion(ctx: Ctx, idOrName: string, asked: string | undefined): Promise<Readable> {
  const { dataset, version, plan } = await planVersion(ctx, idOrName, asked);
  const at = { snapshotId: version.snapshotId };
  const table = await ctx.services.lake.open(ctx.db, { workspaceId: ctx.workspaceId, tableName: dataset.table_name, at });
  const columns = readableColumns(version, plan, table);
  return { dataset, version, plan, table, columns, keys: keysOf(dataset, columns), policyIds: [] };
}
