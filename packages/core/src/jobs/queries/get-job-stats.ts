import type { JobStats } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { presentStats } from "../present.ts";
import { countJobs } from "../store.ts";
import { readerFor, visibilityOf } from "../visibility.ts";

/** How many jobs wait, run and ended lately. */
export async function getJobStats(ctx: Ctx): Promise<JobStats> {
  const visibility = visibilityOf(ctx);
  return presentStats(await countJobs(readerFor(ctx, visibility), visibility, ctx.services.clock.now()));
}
