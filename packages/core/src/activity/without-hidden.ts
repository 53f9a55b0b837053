import type { Ctx } from "../context/index.ts";
import { listSeenDatasets } from "../datasets/index.ts";
import type { EntryRow } from "./store.ts";

/** What entries tell of columns, by their type; `columns` besides in all of them. */
const TELLING: Readonly<Record<string, string>> = { "dataset.schema_changed": "changes" };

function datasetsOf({ subject_kind: kind, subject_id: id, data }: EntryRow): readonly string[] {
  if (kind === "dataset") return id === null ? [] : [id];
  const read = data["datasets"];
  return Array.isArray(read) ? read.flatMap((item: { readonly id?: unknown }) => (typeof item.id === "string" ? item.id : [])) : [];
}

const tells = ({ type, data }: EntryRow): boolean => "columns" in data || TELLING[type] !== undefined;

function withoutColumns(row: EntryRow): EntryRow {
  const telling = ["columns", TELLING[row.type]];
  return { ...row, data: Object.fromEntries(Object.entries(row.data).filter(([name]) => !telling.includes(name))) as EntryRow["data"] };
}

/** Entries without the names of columns of datasets of which their reader does not see all columns as stored. */
export async function withoutHidden(ctx: Ctx, rows: readonly EntryRow[]): Promise<readonly EntryRow[]> {
  const ids = new Set(rows.filter(tells).flatMap(datasetsOf));
  if (ids.size === 0 || ctx.principal.workspaceId === null) return rows;
  const seen = await listSeenDatasets(ctx, [...ids]);
  const kept = new Set(seen.filter(({ decision: { level, hides } }) => level === "none" || hides.columns || hides.values).map(({ id }) => id));
  return rows.map((row) => (tells(row) && datasetsOf(row).some((id) => kept.has(id)) ? withoutColumns(row) : row));
}
