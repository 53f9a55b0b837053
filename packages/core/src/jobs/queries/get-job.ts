import { type Job, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { presentJob } from "../present.ts";
import { findJobRow } from "../store.ts";
import { readerFor, visibilityOf } from "../visibility.ts";

/** A job the caller sees, or `job.not_found`. */
export async function getJob(ctx: Ctx, id: string): Promise<Job> {
  const visibility = visibilityOf(ctx);
  const row = await findJobRow(readerFor(ctx, visibility), visibility, id);
  if (row === undefined) throw problem("job.not_found");
  return presentJob(ctx.principal, row);
}
