import { type Dataset, decodeCursor, toPage } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { presentDataset } from "../present.ts";
import { listDatasetRows } from "../store.ts";

interface Query {
  readonly q?: string | undefined;
  readonly owner?: "me" | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export async function listDatasets(ctx: Ctx, query: Query): Promise<{ items: Dataset[]; next: string | null }> {
  const after = decodeCursor(query.cursor, 1)?.[0];
  const rows = await listDatasetRows(ctx.db, ctx.principal, {
    q: query.q,
    mineOnly: query.owner === "me",
    after: after === undefined ? undefined : String(after),
    limit: query.limit,
  });
  return toPage(
    rows,
    query.limit,
    (row) => presentDataset(ctx.principal, row),
    (row) => [row.id],
  );
}
