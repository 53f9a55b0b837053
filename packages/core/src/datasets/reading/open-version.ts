import { call, cast, column } from "@granary/engine";
import type { LakeColumn, OpenTable, ReadPlan } from "@granary/lake";
import { keepsType, readPlanFor } from "../../access/index.ts";
import type { Ctx } from "../../context/index.ts";
import { requireDataset } from "../queries/get-dataset.ts";
import { type DatasetRow, type SeenColumn, seenColumns } from "../seen-datasets.ts";
import type { StoredColumn } from "../store.ts";
import { type ResolvedVersion, resolveVersion } from "../versions/resolve-version.ts";
import { policyCondition } from "./policy-filter.ts";
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

const TEXT = { kind: "text" } as const;
const isNested = ({ kind }: LakeColumn["sqlType"]): boolean => kind === "list" || kind === "struct" || kind === "map";

/** What the reader sees of a column, as an expression over the plan's names: of masked ones that are no longer of their type, the text. */
function readableColumn(source: LakeColumn, seen: SeenColumn, { decision }: DatasetRow): ReadableColumn {
  const { masked: isMasked, ...stored } = seen;
  const { name } = stored;
  const value = column(name);
  const { mask } = decision.column(stored.fieldId);
  if (mask === undefined || keepsType(mask, source.sqlType.kind)) return { name, stored, value, sqlType: source.sqlType, isMasked };
  return { name, stored, value: cast(isNested(source.sqlType) ? call("to_json", value) : value, TEXT), sqlType: TEXT, isMasked };
}

function readableColumns(dataset: DatasetRow, version: ResolvedVersion, table: OpenTable): readonly ReadableColumn[] {
  return seenColumns(version.columns, dataset.decision).flatMap((seen) => {
    const source = table.columns.find((item) => item.fieldId === seen.fieldId);
    return source === undefined ? [] : readableColumn(source, seen, dataset);
  });
}

/** The keys of today also identify rows of versions from before they were named, as long as those have the columns. */
function keysOf(dataset: DatasetRow, columns: readonly ReadableColumn[]): readonly string[] {
  const ids = dataset.key_fields ?? [];
  const names = ids.flatMap((id) => columns.find((item) => item.stored.fieldId === id && !item.isMasked)?.name ?? []);
  return names.length === ids.length ? names : [];
}

/** The policies that let the reader in, or keep something of the columns and rows from them. */
function policyIdsOf({ dataset: { decision }, version }: PlannedVersion): readonly string[] {
  const ofColumns = version.columns.flatMap(({ fieldId }) => decision.column(fieldId).policies);
  return [...new Set([...decision.policies, ...decision.filters.map(({ policy }) => policy), ...ofColumns].map(({ id }) => id))];
}

/** What somebody sees of a version. */
export type PlannedVersion = Pick<Readable, "dataset" | "version" | "plan" | "table">;

/** What the caller sees of a version of a dataset. Throws like {@link openVersion}. */
export async function planVersion(ctx: Ctx, idOrName: string, asked: string | undefined): Promise<PlannedVersion> {
  const dataset = await requireDataset(ctx, idOrName);
  const version = await resolveVersion(ctx, dataset, asked);
  const at = { snapshotId: version.snapshotId };
  const table = await ctx.services.lake.open(ctx.db, { workspaceId: ctx.workspaceId, tableName: dataset.table_name, at });
  const plan = readPlanFor(dataset.decision, {
    workspaceId: ctx.workspaceId,
    columns: version.columns.flatMap(({ name, fieldId }) => {
      const source = table.columns.find((item) => item.fieldId === fieldId);
      return source === undefined ? [] : [{ name, fieldId, sqlType: source.sqlType }];
    }),
    filter: policyCondition(dataset.decision.filters, dataset.all_columns ?? [], table.columns),
    maskKey: ctx.services.config.secrets.maskKey,
  });
  return { dataset, version, plan, table };
}

/**
/**
 * Opens a version of a dataset for the caller. `readData` alone calls it, which writes what was seen of it into the access log.
 * Throws `dataset.not_found`, `dataset.not_ready`, `dataset.all_hidden` and `dataset.version_not_found`.
 */
export async function openVersion(ctx: Ctx, idOrName: string, asked: string | undefined): Promise<Readable> {
  const planned = await planVersion(ctx, idOrName, asked);
  const columns = readableColumns(planned.dataset, planned.version, planned.table);
  return { ...planned, columns, keys: keysOf(planned.dataset, columns), policyIds: policyIdsOf(planned) };
}
