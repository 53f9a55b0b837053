import type { Writer } from "@granary/db";
import type { Id } from "@granary/kernel";
import { type EventType, type Job, problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { presentJob } from "../present.ts";
import { findJobRow } from "../store.ts";
import { visibilityOf } from "../visibility.ts";

type Change = (db: Writer, id: Id<"job">) => Promise<void>;

/** Changes a job the caller sees and records that they did, in one transaction of the scope the job lives in. */
export function changeJob(ctx: Ctx, id: Id<"job">, type: EventType, change: Change): Promise<Job> {
  const work = async (ctx: TxCtx): Promise<Job> => {
    const visibility = visibilityOf(ctx);
    const before = await findJobRow(ctx.db, visibility, id);
    if (before === undefined) throw problem("job.not_found");
    await change(ctx.db, id);
    const after = (await findJobRow(ctx.db, visibility, id)) ?? before;
    const job = presentJob(ctx.principal, after);
    await ctx.record({ type, subject: { id, label: job.title }, data: { name: job.name, before: before.state, after: after.state } });
    return job;
  };
  return visibilityOf(ctx).ofInstallation ? ctx.system.tx(work) : ctx.tx(work);
}
