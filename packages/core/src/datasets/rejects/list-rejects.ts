import { decodeCursor, type Reject, toPage } from "@granary/protocol";
import { logAccess } from "../../access-log/index.ts";
import type { Ctx } from "../../context/index.ts";
import { requireBatch } from "../queries/get-batch.ts";
import { requireWhole } from "../queries/get-dataset.ts";
import { presentReject } from "./present.ts";
import { countRejects, findForm, listRejectRows } from "./store.ts";

interface PageQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

interface RejectPage {
  items: Reject[];
  next: string | null;
  columns: string[];
  format: "delimited" | "json";
  counts: { open: number; repaired: number; resubmitted: number };
}

/** The records a load left out; they show raw text of the file, so they are for those who may load and see all of the dataset. */
export async function listRejects(ctx: Ctx, dataset: string, batchId: string, query: PageQuery): Promise<RejectPage> {
  const { batch, dataset: of } = await requireBatch(ctx, dataset, batchId, "contributor");
  requireWhole(of, "reading rejected records");
  const after = decodeCursor(query.cursor, 1)?.[0];
  const rows = await listRejectRows(ctx.db, batch.id, { after: after === undefined ? undefined : Number(after), limit: query.limit });
  const form = await findForm(ctx.db, batch.id);
  const columns = (of.columns ?? []).map(({ fieldId, name }) => ({ fieldId, name, isMasked: false }));
  await logAccess(ctx, [{ action: "rejects", dataset: { id: of.id, name: of.name }, columns, rows: Math.min(rows.length, query.limit) }]);
  return {
    ...toPage(rows, query.limit, presentReject, (row) => [row.number]),
    columns: form?.columns.map((item) => item.source) ?? [],
    format: form !== undefined && form.dialect === null ? "json" : "delimited",
    counts: await countRejects(ctx.db, batch.id),
  };
}
