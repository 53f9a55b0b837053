import { decodeCursor, type RunReject, toPage } from "@granary/protocol";
import { sql } from "kysely";
import type { Ctx } from "../../context/index.ts";
import { getDocument, requireRunRow } from "../store.ts";
import { seeRows } from "./see-rows.ts";

export interface RejectQuery {
  readonly node?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Rows a run kept apart, for those who see all that feeds them. Throws `run.not_found` and `access.denied`. */
export async function listRunRejects(ctx: Ctx, id: string, { node, cursor, limit }: RejectQuery): Promise<{ items: RunReject[]; next: string | null }> {
  const row = await requireRunRow(ctx.db, id);
  const document = await getDocument(ctx.db, row.pipeline_id, row.pipeline_version);
  const [afterNode, afterSeq] = decodeCursor(cursor, 2) ?? [];
  const rows = await ctx.db
    .selectFrom("run_rejects")
    .select(["seq", "node", "column_name", "reason", "replayed_in", sql<RunReject["row"]>`row`.as("row")])
    .where("run_id", "=", id)
    .$if(node !== undefined, (query) => query.where("node", "=", node ?? ""))
    .$if(cursor !== undefined, (query) => query.where(sql<boolean>`(node, seq) > (${String(afterNode)}, ${Number(afterSeq)})`))
    .orderBy("node")
    .orderBy("seq")
    .limit(limit + 1)
    .execute();
  const page = toPage(
    rows,
    limit,
    (reject) => ({ seq: reject.seq, node: reject.node, column: reject.column_name, reason: reject.reason, row: reject.row, replayedIn: reject.replayed_in }),
    (reject) => [reject.node, reject.seq],
  );
  // Each node's rows come from other sources.
  for (const each of new Set(page.items.map((item) => item.node))) {
    await seeRows(ctx, { row, document, node: each }, () =>
      Promise.resolve({ answer: undefined, rows: page.items.filter((item) => item.node === each).length }),
    );
  }
  return page;
}
