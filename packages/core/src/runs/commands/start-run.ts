import { newId } from "@granary/kernel";
import { type PipelineDocument, problem, type Run } from "@granary/protocol";
import type { TxCtx } from "../../context/index.ts";
import { labelOf, writeRunEvent } from "../move-run.ts";
import { promoteRuns, queueRun } from "../promote-runs.ts";
import { getDocument, requireRunRow, type RunAsker, type RunRow } from "../store.ts";

/** A run to start. */
export interface NewRun {
  readonly pipelineId: string;
  /** The pipeline's newest version unless said. */
  readonly version?: number | undefined;
  readonly cause: Run["cause"];
  /** The trigger of the document, and the time of its schedule that the run is for: the same time starts one run. */
  readonly triggerId?: string | undefined;
  readonly scheduledFor?: Date | undefined;
  readonly parameters?: Readonly<Record<string, string | null>> | undefined;
  readonly interval?: { readonly start: Date; readonly end: Date } | undefined;
  readonly partition?: string | undefined;
  readonly backfillId?: string | undefined;
  /** Reads samples and publishes nothing. */
  readonly isDry?: boolean | undefined;
  readonly retryOf?: string | undefined;
  readonly replayOf?: string | undefined;
  /** The nodes whose rejected rows come in; all unless said. */
  readonly replayNodes?: readonly string[] | undefined;
  /** The document's own unless said. */
  readonly priority?: number | undefined;
}

/** Every parameter with the value given, or else its default; throws `pipeline.parameter_missing`. */
function valuesOf(document: PipelineDocument, given: Readonly<Record<string, string | null>>): Record<string, string | null> {
  const unknown = Object.keys(given).find((name) => !document.parameters.some((parameter) => parameter.name === name));
  if (unknown !== undefined)
    throw problem("request.invalid", {}, { issues: [{ path: `parameters.${unknown}`, message: "the pipeline has no such parameter" }] });
  return Object.fromEntries(
    document.parameters.map(({ name, default: standard }) => {
      const value = given[name] ?? standard;
      if (value === null) throw problem("pipeline.parameter_missing", { name });
      return [name, value];
    }),
  );
}

interface Decided {
  readonly number: number;
  readonly version: number;
  readonly asker: RunAsker;
  readonly parameters: Readonly<Record<string, string | null>>;
  readonly priority: number;
}

/** What started a run, or what it goes on from. */
const whyOf = ({ triggerId, scheduledFor, retryOf, replayOf, replayNodes = [] }: NewRun) => ({
  trigger_id: triggerId ?? null,
  scheduled_for: scheduledFor ?? null,
  retry_of: retryOf ?? null,
  replay_of: replayOf ?? null,
  replay_nodes: [...replayNodes],
});

/** Which stretch of time a run is for. */
const whichOf = ({ interval, partition, backfillId }: NewRun) => ({
  interval_start: interval?.start ?? null,
  interval_end: interval?.end ?? null,
  partition: partition ?? null,
  backfill_id: backfillId ?? null,
});

/** Enters a run; undefined where the schedule's time has one already. */
async function insertRun(ctx: TxCtx, input: NewRun, { number, version, asker, parameters, priority }: Decided): Promise<string | undefined> {
  const { isDry = false } = input;
  const added = await ctx.db
    .insertInto("runs")
    .values({
      id: newId("run", ctx.now.getTime()),
      workspace_id: ctx.workspaceId,
      pipeline_id: input.pipelineId,
      number,
      pipeline_version: version,
      cause: input.cause,
      started_by: ctx.principal.userId,
      asker: JSON.stringify(asker),
      parameters: JSON.stringify(parameters),
      is_dry: isDry,
      ...whyOf(input),
      ...whichOf(input),
      priority,
    })
    .onConflict((conflict) => conflict.columns(["pipeline_id", "trigger_id", "scheduled_for"]).where("scheduled_for", "is not", null).doNothing())
    .returning("id")
    .executeTakeFirst();
  return added?.id;
}

/**
 * Starts a run of a pipeline in the caller's transaction: at once where fewer than its limit are going on, else when its turn comes.
 * It acts in the name of the pipeline's `runs_as`. Undefined where the schedule's time has started one already.
 * Throws `pipeline.not_found`, `pipeline.version_not_found`, `pipeline.owner_gone`, `pipeline.invalid` and `pipeline.parameter_missing`.
 */
export async function startRun(ctx: TxCtx, input: NewRun): Promise<RunRow | undefined> {
  const pipeline = await ctx.db
    .updateTable("pipelines")
    .set((eb) => ({ run_number: eb("run_number", "+", 1) }))
    .where("id", "=", input.pipelineId)
    .where("trashed_at", "is", null)
    .returning(["run_number as number", "version_number as newest", "runs_as", "runs_permissions", "name"])
    .executeTakeFirst();
  if (pipeline === undefined) throw problem("pipeline.not_found");
  if (pipeline.runs_as === null) throw problem("pipeline.owner_gone");
  const version = input.version ?? pipeline.newest;
  const document = await getDocument(ctx.db, input.pipelineId, version);
  if (document.nodes.length === 0) throw problem("pipeline.invalid", {}, { issues: [{ path: "nodes", message: "the pipeline has no nodes" }] });
  const { number } = pipeline;
  const parameters = valuesOf(document, input.parameters ?? {});
  const id = await insertRun(ctx, input, {
    number,
    version,
    asker: { personId: pipeline.runs_as, permissions: pipeline.runs_permissions },
    parameters,
    priority: input.priority ?? document.settings.priority,
  });
  if (id === undefined) return undefined;
  await writeRunEvent(ctx, id, { node: null, from: null, to: "queued" });
  const row = await requireRunRow(ctx.db, id);
  const data = { pipelineId: input.pipelineId, number: row.number, version, cause: input.cause, triggerId: input.triggerId, isDry: row.is_dry };
  await ctx.record({ type: "run.queued", subject: { id, label: labelOf(row) }, data });
  // A dry run is somebody waiting for an answer: it publishes nothing, so it stands in nobody's way.
  if (row.is_dry) await queueRun(ctx, row);
  else await promoteRuns(ctx, input.pipelineId);
  return requireRunRow(ctx.db, id);
}
