import type { RunningJob } from "@granary/jobs";
import type { Id } from "@granary/kernel";
import { isAppError } from "@granary/kernel";
import { problem, type RunFault } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { findPrincipalOfUser } from "../../identity/index.ts";
import { listOwnFunctions } from "../../graph-queries/index.ts";
import { faultOf } from "../classify.ts";
import { cancelSteps } from "../commands/stop-run.ts";
import { runFolder } from "../folder.ts";
import { moveRun, moveStep } from "../move-run.ts";
import { queueRun } from "../promote-runs.ts";
import { publishRun } from "../publish/publish-run.ts";
import { isEnded, isUndecided } from "../rules.ts";
import { getDocument, holdRun, listStepRows, requireRunRow, type RunRow } from "../store.ts";
import { createNotices } from "./notices.ts";
import { ownNodes, planUnits, type Unit } from "./plan-units.ts";
import { replayedDocument } from "./replayed-document.ts";
import { createRunLog } from "./run-log.ts";
import { loadSteps, type Outcome, runUnits } from "./run-units.ts";
import { takeOver } from "./take-over.ts";
import { RunStop, watchWanted } from "./watch-wanted.ts";
import type { RunHooks, Work } from "./work.ts";

/** What the job answers. */
export interface CarriedOut {
  readonly state: string;
}

/** So often a worker may die or fail with a run that gets no further, before it is called broken. */
const MAX_TAKES = 5;

/** Takes a run for this worker; undefined where it is over, or another job's by now. */
async function take(ctx: Ctx, runId: string, job: RunningJob): Promise<RunRow | undefined> {
  return ctx.tx(async (ctx) => {
    const row = await holdRun(ctx.db, runId);
    if (isEnded(row.state) || row.state === "paused" || row.job_id !== job.id) return undefined;
    if (row.state === "queued") await moveRun(ctx, row, "begin");
    await ctx.db
      .updateTable("runs")
      .set((eb) => ({ attempt: eb("attempt", "+", 1) }))
      .where("id", "=", runId)
      .execute();
    return requireRunRow(ctx.db, runId);
  });
}

/** The person in whose name a run reads and writes, as they may now and might where they saved the pipeline. */
async function readerFor(ctx: Ctx, { asker }: RunRow): Promise<Ctx> {
  const person = await findPrincipalOfUser(ctx.services, asker.personId as Id<"user">, ctx.workspaceId);
  if (person === undefined) throw problem("pipeline.owner_gone");
  const permissions = [...person.permissions].filter((permission) => asker.permissions === null || asker.permissions.includes(permission));
  return { ...ctx, principal: { ...person, permissions: new Set(permissions) } };
}

interface Ending {
  readonly ctx: Ctx;
  readonly runId: string;
  readonly job: RunningJob;
}

/** Ends a run that failed: nothing it staged is visible, and nothing of it will be. */
async function failRun({ ctx, runId, job }: Ending, fault: RunFault): Promise<CarriedOut> {
  return ctx.tx(async (ctx) => {
    const row = await holdRun(ctx.db, runId);
    for (const step of await listStepRows(ctx.db, runId)) {
      if (step.state === "pending" || step.state === "ready") await moveStep(ctx, step, "skip");
      else if (isUndecided(step.state)) await moveStep(ctx, step, "cancel");
    }
    await moveRun(ctx, row, "fail", { fields: { fault }, text: fault.message });
    await job.finish(ctx.db, { state: "failed" });
    return { state: "failed" };
  });
}

/** Stops a run as somebody wanted. What it had finished is kept for a pause; nothing of a cancelled run comes to be. */
async function stopRun({ ctx, runId, job }: Ending, wanted: RunStop["wanted"]): Promise<CarriedOut> {
  return ctx.tx(async (ctx) => {
    const row = await holdRun(ctx.db, runId);
    const isPause = wanted === "pause" && row.state === "running";
    if (isPause) {
      for (const step of await listStepRows(ctx.db, runId)) if (step.state === "running") await moveStep(ctx, step, "return");
      await moveRun(ctx, row, "pause", { fields: { job_id: null, wanted: null } });
    } else {
      await cancelSteps(ctx, runId);
      await moveRun(ctx, row, "cancel", { fields: { wanted: null } });
    }
    await job.finish(ctx.db, { state: isPause ? "paused" : "cancelled" });
    return { state: isPause ? "paused" : "cancelled" };
  });
}

/** Gives the run back until it is time to try again. */
async function postponeRun({ ctx, runId, job }: Ending, until: Date): Promise<CarriedOut> {
  return ctx.tx(async (ctx) => {
    const row = await holdRun(ctx.db, runId);
    await queueRun(ctx, row, until);
    await job.finish(ctx.db, { state: "waiting" });
    return { state: "waiting" };
  });
}

/** Lines for steps that have none yet: all at the first taking. */
async function ensureSteps(work: Work): Promise<void> {
  const missing = work.document.nodes.filter(({ id }) => !work.steps.has(id));
  if (missing.length === 0) return;
  await work.ctx.tx(async (ctx) => {
    await ctx.db
      .insertInto("run_steps")
      .values(missing.map(({ id }) => ({ workspace_id: ctx.workspaceId, run_id: work.row.id, node: id, attempt: 1, state: "pending" as const })))
      .execute();
  });
  await loadSteps(work);
}

async function carryOn(work: Work, units: readonly Unit[], ending: Ending): Promise<CarriedOut> {
  const outcome: Outcome = await runUnits(work, units);
  if (outcome.kind === "wait") return postponeRun(ending, outcome.until);
  if (outcome.kind === "failed" && work.document.settings.partial === "none") return failRun(ending, outcome.fault);
  const published = await publishRun(work, units, outcome.kind === "failed" ? outcome.fault : undefined);
  if (published.kind === "wait") return postponeRun(ending, published.until);
  return published.kind === "failed" ? failRun(ending, published.fault) : { state: published.state };
}

/** What is done about an error that came to the end of a run: people's wishes are carried out, a worker's troubles are the job's, the rest fails the run. */
async function endByError(work: Work, ending: Ending, error: unknown): Promise<CarriedOut> {
  const { signal } = work;
  if (signal.aborted && signal.reason instanceof RunStop) return stopRun(ending, signal.reason.wanted);
  if (signal.aborted && isAppError(signal.reason, "run.timeout")) return failRun(ending, faultOf(signal.reason));
  if (signal.aborted && isAppError(signal.reason, "job.cancelled")) {
    await stopRun(ending, "cancel");
    throw signal.reason;
  }
  if (signal.aborted || isAppError(error, "job.lease_lost")) throw error;
  const fault = faultOf(error);
  // Whatever passes by itself is tried again by the job, from where the run is.
  if (fault.class === "transient" && work.row.attempt < MAX_TAKES) throw error;
  return failRun(ending, fault);
}

async function makeWork(parts: Pick<Work, "ctx" | "row" | "job" | "hooks" | "log" | "notices" | "held" | "signal">): Promise<Work> {
  const { ctx, row } = parts;
  const saved = await getDocument(ctx.db, row.pipeline_id, row.pipeline_version);
  const document = row.replay_of === null ? saved : await replayedDocument(ctx.db, saved, { runId: row.replay_of, only: row.replay_nodes });
  return {
    ...parts,
    reader: await readerFor(ctx, row),
    document,
    folder: runFolder(ctx.services.config.dataDir, row.id),
    steps: new Map(),
    outputs: new Map(),
    datasets: new Map(),
    functions: await listOwnFunctions(ctx),
    own: ownNodes(document, document.settings.keepOutputs === "all" || row.is_dry),
  };
}

/**
 * Carries a run out, or on from where another worker left it: finished steps stay finished, and everything it makes becomes visible in
 * one transaction at its end, together with the job's own.
 */
export async function carryOutRun(ctx: Ctx, runId: string, job: RunningJob, hooks: RunHooks = {}): Promise<CarriedOut> {
  const row = await take(ctx, runId, job);
  if (row === undefined) return { state: "over" };
  const ending: Ending = { ctx, runId, job };
  if (row.state === "cancelling") return stopRun(ending, "cancel");
  if (row.attempt > MAX_TAKES) {
    return failRun(ending, {
      class: "crashed",
      code: "job.worker_lost",
      message: `${row.attempt - 1} workers were lost with this run at the same place.`,
      issues: [],
    });
  }
  const whose = { id: row.id, workspaceId: ctx.workspaceId };
  const notices = createNotices(ctx.services, whose);
  const log = createRunLog(ctx.services, whose, notices.touch);
  notices.touch();
  await using held = new AsyncDisposableStack();
  try {
    const document = await getDocument(ctx.db, row.pipeline_id, row.pipeline_version);
    const seconds = document.settings.timeoutS;
    const at = new Date((row.started_at ?? new Date()).getTime() + seconds * 1_000);
    const watch = held.use(await watchWanted(ctx, runId, { at, seconds }));
    const work = await makeWork({ ctx, row, job, hooks, log, notices, held, signal: watch.signal }).catch((error: unknown) => failRun(ending, faultOf(error)));
    if ("state" in work) return work;
    try {
      await hooks.at?.("taken", null);
      await loadSteps(work);
      await ensureSteps(work);
      await takeOver(work);
      return await carryOn(work, planUnits(work.document, work.document.settings.keepOutputs === "all" || row.is_dry), ending);
    } catch (error) {
      return await endByError(work, ending, error);
    }
  } finally {
    await log.flush();
    await notices.flush();
  }
}
