import { problem } from "@granary/protocol";
import { authorize } from "../../access/index.ts";
import type { Ctx } from "../../context/index.ts";
import { findJobRow } from "../store.ts";
import { readerFor, visibilityOf } from "../visibility.ts";

/** Throws unless the caller may follow a job: with `job:read`, or because they started it. */
export async function requireFollowableJob(ctx: Ctx, id: string): Promise<void> {
  const visibility = visibilityOf(ctx);
  const row = await findJobRow(readerFor(ctx, visibility), visibility, id);
  if (row === undefined) throw problem("job.not_found");
  const started = row.starter_id !== null && row.starter_id === ctx.principal.userId;
  if (!started) authorize(ctx.principal, "job:read");
}
