import type { RunningJob } from "@granary/jobs";
import { isAppError } from "@granary/kernel";
import type { JobInput } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { maintainTable, type MaintenanceFigures } from "./maintain-table.ts";
import { type MaintainedTable, nextTable } from "./maintained-table.ts";

/** What one job of the chain did. */
export interface MaintenanceResult {
  readonly tables: number;
  readonly changed: number;
  readonly failed: number;
  readonly filesFreed: number;
  readonly bytesFreed: number;
  /** Whether another job goes on with the tables that are left. */
  readonly goesOn: boolean;
}

async function noteFailure(ctx: Ctx, table: MaintainedTable, error: unknown): Promise<void> {
  const code = isAppError(error) ? error.code : "internal";
  ctx.log.error({ err: error, dataset: table.id, workspace: table.workspaceId, code }, "a table could not be maintained");
  await ctx.system.tx((ctx) =>
    ctx.record({
      type: "dataset.maintenance_failed",
      subject: { id: table.id, label: table.name },
      workspaceId: table.workspaceId,
      result: "failure",
      data: { code },
    }),
  );
}

/** One table; a bad one is noted and does not stop the others, unless the job itself has ended. */
async function tryTable(ctx: Ctx, table: MaintainedTable, job: RunningJob): Promise<MaintenanceFigures | "failed" | undefined> {
  try {
    const figures = await maintainTable(ctx, table);
    if (figures !== undefined) {
      ctx.log.info({ dataset: table.id, workspace: table.workspaceId, ...figures }, "maintained a table");
      job.log("info", `Maintained ${table.id}`, { ...figures });
    }
    return figures;
  } catch (error) {
    if (ctx.signal.aborted || isAppError(error, "job.lease_lost")) throw error;
    job.log("error", `Could not maintain ${table.id}`, { code: isAppError(error) ? error.code : "internal" });
    await noteFailure(ctx, table, error);
    return "failed";
  }
}

/**
 * Maintains table after table for one slice of time; a job that is queued with the end of this one goes on after the last of them.
 * Stopped or killed, it is taken up with the same slice, where tables that are done already need next to nothing.
 */
export async function maintainTables(ctx: Ctx, { after, sliceS }: JobInput<"maintenance.tables">, job: RunningJob): Promise<MaintenanceResult> {
  const start = performance.now();
  const done = { tables: 0, changed: 0, failed: 0, filesFreed: 0, bytesFreed: 0 };
  let last = after;
  for (;;) {
    ctx.signal.throwIfAborted();
    const table = await nextTable(ctx, last);
    if (table === undefined) return { ...done, goesOn: false };
    if (done.tables > 0 && performance.now() - start >= sliceS * 1_000) break;
    const figures = await tryTable(ctx, table, job);
    done.tables += 1;
    if (figures === "failed") done.failed += 1;
    else if (figures !== undefined) {
      done.changed += 1;
      done.filesFreed += figures.filesFreed;
      done.bytesFreed += figures.bytesFreed;
    }
    job.progress(done.tables, undefined, table.id);
    last = table.id;
  }
  const result = { ...done, goesOn: true };
  await ctx.system.tx(async (ctx) => {
    await ctx.enqueue("maintenance.tables", { after: last, sliceS }, { priority: -10 });
    await job.finish(ctx.db, result);
  });
  return result;
}
