import { setTimeout as delay } from "node:timers/promises";
import { type ChangeRequest, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { findChangeRow, listRevisionRows } from "../store.ts";
import { getChange } from "./get-change.ts";

/** Looked at this often besides, should a notice be lost. */
const RECHECK_MS = 500;

/** The job that works for a request now. */
async function findJob(ctx: Ctx, id: string): Promise<string | null> {
  const row = await findChangeRow(ctx.db, id);
  if (row === undefined) throw problem("change.not_found");
  if (row.state === "merging") return row.merge_job_id;
  const [newest] = await listRevisionRows(ctx.db, id, { before: undefined, limit: 1 });
  return newest?.state === "computing" ? newest.job_id : null;
}

/** Whether a notice is about a job; an empty one comes after notices were missed. */
const isAbout = (payload: string, jobId: string | null): boolean => payload === "" || (JSON.parse(payload) as { readonly id: string }).id === jobId;

/** Waits until nothing is computed for a request any more, however that ended; ends early when the caller goes away. */
export async function awaitChange(ctx: Ctx, id: string): Promise<ChangeRequest> {
  let told = new AbortController();
  let jobId: string | null = null;
  await using _ = await ctx.services.database.listener.subscribe("granary_progress", (payload) => {
    if (isAbout(payload, jobId)) told.abort();
  });
  for (;;) {
    jobId = await findJob(ctx, id);
    if (jobId === null) return await getChange(ctx, id);
    await delay(RECHECK_MS, undefined, { signal: AbortSignal.any([ctx.signal, told.signal]) }).catch(() => ctx.signal.throwIfAborted());
    told = new AbortController();
  }
}
