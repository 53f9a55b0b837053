import { decodeCursor, type JobLogLine, toPage } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { presentLogLine } from "../present.ts";
import { listLogRows } from "../store.ts";
import { readerFor, visibilityOf } from "../visibility.ts";
import { getJob } from "./get-job.ts";

/** What a job said, oldest first. */
export async function listJobLogs(
  ctx: Ctx,
  id: string,
  query: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<{ items: JobLogLine[]; next: string | null }> {
  await getJob(ctx, id);
  const after = Number(decodeCursor(query.cursor, 1)?.[0] ?? 0);
  const rows = await listLogRows(readerFor(ctx, visibilityOf(ctx)), id, { after: Number.isSafeInteger(after) ? after : 0, limit: query.limit });
  return toPage(rows, query.limit, presentLogLine, (row) => [row.seq]);
}
