import type { Ctx } from "../../context/index.ts";
import { listDatasetRows } from "../../datasets/index.ts";
import { requireRunRow } from "../store.ts";

interface Place {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly version: number | null;
  readonly column: string;
}

export interface LineageEdge {
  readonly from: Place;
  readonly to: Place;
  readonly kind: "direct" | "derived" | "indirect";
}

const MAX_EDGES = 20_000;

/** Where the values a run wrote came from. Datasets the caller may not see are left out. Throws `run.not_found`. */
export async function getRunLineage(ctx: Ctx, id: string): Promise<{ items: LineageEdge[] }> {
  await requireRunRow(ctx.db, id);
  const rows = await ctx.db.selectFrom("lineage_edges").selectAll().where("run_id", "=", id).limit(MAX_EDGES).execute();
  const ids = rows.flatMap((row) => [...(row.from_kind === "dataset" ? [row.from_id] : []), ...(row.to_kind === "dataset" ? [row.to_id] : [])]);
  const names = new Map((await listDatasetRows(ctx, [...new Set(ids)])).map(({ id, name }) => [id as string, name]));
  const isSeen = (kind: string, id: string): boolean => kind !== "dataset" || names.has(id);
  return {
    items: rows
      .filter((row) => isSeen(row.from_kind, row.from_id) && isSeen(row.to_kind, row.to_id))
      .map((row) => ({
        from: { kind: row.from_kind, id: row.from_id, name: names.get(row.from_id) ?? row.from_id, version: row.from_version, column: row.from_column },
        to: { kind: row.to_kind, id: row.to_id, name: names.get(row.to_id) ?? row.to_id, version: row.to_version, column: row.to_column },
        kind: row.kind,
      })),
  };
}
