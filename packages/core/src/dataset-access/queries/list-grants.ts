import { type DatasetPermission, decodeCursor, toPage } from "@granary/protocol";
import { mayDo } from "../../access/index.ts";
import type { Ctx } from "../../context/index.ts";
import { requireDataset } from "../../datasets/index.ts";
import { presentGrant } from "../present.ts";
import { listGrantRows } from "../store.ts";

/** Who has access to a dataset and why; for its owners. */
export async function listGrants(
  ctx: Ctx,
  dataset: string,
  query: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<{ items: DatasetPermission[]; next: string | null }> {
  const { id } = await requireDataset(ctx, dataset, "owner");
  const after = decodeCursor(query.cursor, 3) as [number, string, string] | undefined;
  const rows = await listGrantRows(ctx.db, id, { limit: query.limit, after });
  return toPage(
    rows,
    query.limit,
    (row) => presentGrant(row, mayDo(ctx.principal, "dataset:share")),
    (row) => [row.rank, row.sort_name, row.id],
  );
}
