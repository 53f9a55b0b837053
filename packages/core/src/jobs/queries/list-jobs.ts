import { decodeCursor, type Job, type JobState, toPage } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { presentJob } from "../present.ts";
import { listJobRows } from "../store.ts";
import { readerFor, visibilityOf } from "../visibility.ts";

interface Query {
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly state?: JobState | undefined;
  readonly name?: string | undefined;
}

/** Background jobs of the workspace, newest first. */
export async function listJobs(ctx: Ctx, query: Query): Promise<{ items: Job[]; next: string | null }> {
  const visibility = visibilityOf(ctx);
  const after = decodeCursor(query.cursor, 1)?.[0];
  const rows = await listJobRows(readerFor(ctx, visibility), visibility, { ...query, after: after === undefined ? undefined : String(after) });
  return toPage(
    rows,
    query.limit,
    (row) => presentJob(ctx.principal, row),
    (row) => [row.id],
  );
}
