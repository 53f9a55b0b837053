import type { Id } from "@granary/kernel";
import type { TriggerOf } from "@granary/protocol";
import { sql } from "kysely";
import { createCtx, type Ctx, type Services, systemPrincipal, type TxCtx } from "../../context/index.ts";
import { cancelRun } from "../../runs/index.ts";
import type { StoredRule } from "../documents/index.ts";
import { dueRuns, type DueRun, lookAt } from "../schedule/index.ts";
import { startTriggered } from "../starting/index.ts";

/** Looked at in one round; the next round takes the others. */
const ROUND = 200;

interface DueTrigger {
  readonly workspace_id: string;
  readonly pipeline_id: string;
  readonly trigger_id: string;
}

/** The context of what the clock does in a workspace: the platform itself. */
function clockCtx(services: Services, workspaceId: string): Ctx {
  const principal = systemPrincipal(workspaceId as Id<"workspace">);
  return createCtx({ services, principal, request: { id: `clock_${Date.now().toString(36)}`, ip: null, userAgent: null } });
}

interface OpenRun {
  readonly id: string;
  readonly state: string;
  readonly trigger_id: string | null;
}

/** Whether a run is to be started while others of the pipeline are going on, by the trigger's rule. */
async function mayStart(ctx: TxCtx, pipelineId: string, trigger: TriggerOf<"schedule">): Promise<boolean> {
  if (trigger.whenBusy === "queue_all" || trigger.whenBusy === "allow") return true;
  const open: readonly OpenRun[] = await ctx.db
    .selectFrom("runs")
    .select(["id", "state", "trigger_id"])
    .where("pipeline_id", "=", pipelineId)
    .where("ended_at", "is", null)
    .where("is_dry", "=", false)
    .execute();
  if (trigger.whenBusy === "skip") return open.length === 0;
  if (trigger.whenBusy === "queue_one") return !open.some(({ state, trigger_id }) => state === "queued" && trigger_id === trigger.id);
  for (const { id, state } of open) if (state !== "cancelling") await cancelRun(ctx, id);
  return true;
}

async function startDue(ctx: TxCtx, pipelineId: string, trigger: TriggerOf<"schedule">, due: DueRun): Promise<void> {
  if (!(await mayStart(ctx, pipelineId, trigger))) return;
  await startTriggered(ctx, {
    pipelineId,
    cause: "schedule",
    triggerId: trigger.id,
    scheduledFor: due.at,
    parameters: trigger.parameters,
    ...(due.previous === null ? {} : { interval: { start: due.previous, end: due.at } }),
  });
}

/** Starts what one schedule is due for and sets when to look again; nothing where another clock is at it. */
async function fire(services: Services, { workspace_id, pipeline_id, trigger_id }: DueTrigger): Promise<void> {
  await clockCtx(services, workspace_id).tx(async (ctx) => {
    // The pipeline first, as everybody locks who starts runs.
    const { rows: held } = await sql<{ readonly enabled: boolean }>`
      select enabled from pipelines where id = ${pipeline_id} and trashed_at is null for no key update skip locked`.execute(ctx.db);
    if (held[0]?.enabled !== true) return;
    const row = await ctx.db
      .selectFrom("pipeline_triggers")
      .select(["last_at", "next_at", sql<StoredRule>`rule`.as("rule")])
      .where("pipeline_id", "=", pipeline_id)
      .where("trigger_id", "=", trigger_id)
      .where("enabled", "=", true)
      .where("next_at", "<=", ctx.now)
      .forUpdate()
      .executeTakeFirst();
    if (row?.rule.trigger.kind !== "schedule") return;
    const { trigger } = row.rule;
    const dealt = dueRuns(trigger, `${pipeline_id} ${trigger_id}`, { lastAt: row.last_at ?? ctx.now, now: ctx.now });
    for (const due of dealt.runs) await startDue(ctx, pipeline_id, trigger, due);
    await ctx.db
      .updateTable("pipeline_triggers")
      .set({ last_at: dealt.lastAt, next_at: dealt.nextAt })
      .where("pipeline_id", "=", pipeline_id)
      .where("trigger_id", "=", trigger_id)
      .execute();
  });
}

/**
 * Starts the runs of schedules whose time has come. One query by an index while nothing is due, however many schedules there are; any
 * number of processes may ask at once. Returns how many schedules were due.
 */
export async function fireSchedules(services: Services): Promise<number> {
  const now = services.clock.now();
  const due = await services.database
    .reader("system")
    .selectFrom("pipeline_triggers as t")
    .innerJoin("pipelines as p", "p.id", "t.pipeline_id")
    .select(["t.workspace_id", "t.pipeline_id", "t.trigger_id"])
    .where("t.enabled", "=", true)
    .where("t.next_at", "<=", now)
    .where("p.enabled", "=", true)
    .orderBy("t.next_at")
    .limit(ROUND)
    .execute();
  for (const trigger of due) {
    // One pipeline that cannot be started must not hold up the others.
    await fire(services, trigger).catch((error: unknown) =>
      services.log.warn({ err: error, pipelineId: trigger.pipeline_id }, "a schedule could not be looked at"),
    );
  }
  return due.length;
}

/**
 * Sets schedules right that were looked at while the clock was ahead: without it they would wait until that time has come. Called when
 * the clock begins and whenever it went back.
 */
export async function repairSchedules(services: Services): Promise<void> {
  const now = services.clock.now();
  const ahead = await services.database
    .reader("system")
    .selectFrom("pipeline_triggers")
    .select(["workspace_id", "pipeline_id", "trigger_id"])
    .where("last_at", ">", now)
    .execute();
  for (const { workspace_id, pipeline_id, trigger_id } of ahead) {
    await clockCtx(services, workspace_id).tx(async (ctx) => {
      const row = await ctx.db
        .selectFrom("pipeline_triggers")
        .select(sql<StoredRule>`rule`.as("rule"))
        .where("pipeline_id", "=", pipeline_id)
        .where("trigger_id", "=", trigger_id)
        .where("last_at", ">", ctx.now)
        .forUpdate()
        .executeTakeFirst();
      if (row?.rule.trigger.kind !== "schedule") return;
      await ctx.db
        .updateTable("pipeline_triggers")
        .set({ last_at: ctx.now, next_at: lookAt(row.rule.trigger, `${pipeline_id} ${trigger_id}`, ctx.now) })
        .where("pipeline_id", "=", pipeline_id)
        .where("trigger_id", "=", trigger_id)
        .execute();
    });
  }
}
