import { decodeCursor, type PipelineSummary, toPage } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { type ListFilter, listPipelineRows } from "../documents/index.ts";
import { presentSummaries } from "../present.ts";

/** Pipelines of the workspace, those changed last first. */
export async function listPipelines(
  ctx: Ctx,
  { cursor, limit, ...filter }: ListFilter & { readonly cursor?: string | undefined; readonly limit: number },
): Promise<{ items: PipelineSummary[]; next: string | null }> {
  const [time, id] = decodeCursor(cursor, 2) ?? [];
  const after = time === undefined || id === undefined ? undefined : ([String(time), String(id)] as const);
  const rows = await listPipelineRows(ctx.db, ctx.workspaceId, { ...filter, after, limit });
  const items = await presentSummaries(ctx, rows.slice(0, limit));
  const { next } = toPage(
    rows,
    limit,
    (row) => row.id,
    (row) => [row.updated_text, row.id],
  );
  return { items, next };
}
