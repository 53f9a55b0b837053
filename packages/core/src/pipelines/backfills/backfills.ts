import { newId } from "@granary/kernel";
import { type Backfill, type BackfillSpec, decodeCursor, problem, toPage } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { cancelRun } from "../../runs/index.ts";
import { requireSound } from "../checking/index.ts";
import { readDocument, requirePipeline } from "../documents/index.ts";
import { advanceBackfill } from "./advance-backfill.ts";
import { partitionsOf } from "./partitions.ts";
import { type BackfillAction, isPossible, presentBackfill, requireBackfill } from "./present.ts";
import { followRuns, holdBackfill, insertPartitions, listBackfillRows, listOutcomes, moveWaiting, setBackfillState } from "./store.ts";

const MAX_PARTS = 10_000;

/** Runs a pipeline for every part of a stretch of time. */
export async function startBackfill(ctx: Ctx, idOrName: string, spec: BackfillSpec): Promise<Backfill> {
  const pipeline = await requirePipeline(ctx, idOrName);
  await requireSound(ctx, readDocument(pipeline.document), pipeline.id);
  const parts = partitionsOf(spec, MAX_PARTS);
  if (parts.length > MAX_PARTS) throw problem("pipeline.backfill_too_large", { count: `more than ${MAX_PARTS}`, limit: MAX_PARTS });
  if (parts.length === 0) throw problem("request.invalid", {}, { issues: [{ path: "body.until", message: "must be after `from`" }] });
  return ctx.tx(async (ctx) => {
    const id = newId("backfill", ctx.now.getTime());
    const { workspaceId: workspace_id, principal } = ctx;
    await ctx.db
      .insertInto("backfills")
      .values({ id, workspace_id, pipeline_id: pipeline.id, spec: JSON.stringify(spec), started_by: principal.userId, created_at: ctx.now })
      .execute();
    const outcomes = await listOutcomes(
      ctx.db,
      pipeline.id,
      parts.map(({ key }) => key),
    );
    const isWanted = (key: string): boolean =>
      spec.select === "all" || (spec.select === "failed" ? outcomes.get(key) === "failed" : !["succeeded", "open"].includes(outcomes.get(key) ?? ""));
    await insertPartitions(
      ctx,
      id,
      parts.map((part) => ({ ...part, state: isWanted(part.key) ? "waiting" : "skipped" })),
    );
    await ctx.record({
      type: "pipeline.backfilled",
      subject: { id: pipeline.id, label: pipeline.name },
      data: { backfillId: id, parts: parts.length, ...spec },
    });
    await advanceBackfill(ctx, id);
    return presentBackfill(ctx, await requireBackfill(ctx, id));
  });
}

export async function getBackfill(ctx: Ctx, id: string): Promise<Backfill> {
  return presentBackfill(ctx, await requireBackfill(ctx, id));
}

interface PageQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Backfills of a pipeline, newest first. */
export async function listBackfills(ctx: Ctx, idOrName: string, { cursor, limit }: PageQuery): Promise<{ items: Backfill[]; next: string | null }> {
  const { id } = await requirePipeline(ctx, idOrName);
  const [before] = decodeCursor(cursor, 1) ?? [];
  const rows = await listBackfillRows(ctx, id, { before: before === undefined ? undefined : String(before), limit });
  return toPage(
    rows,
    limit,
    (row) => presentBackfill(ctx, row),
    (row) => [row.id],
  );
}

/** The parts of a backfill, oldest first. */
export async function listPartitions(ctx: Ctx, id: string, { cursor, limit }: PageQuery) {
  await requireBackfill(ctx, id);
  const [after] = decodeCursor(cursor, 1) ?? [];
  const rows = await ctx.db
    .selectFrom("backfill_partitions")
    .selectAll()
    .where("backfill_id", "=", id)
    .$if(after !== undefined, (query) => query.where("starts_at", ">", new Date(String(after))))
    .orderBy("starts_at")
    .limit(limit + 1)
    .execute();
  return toPage(
    rows,
    limit,
    (row) => ({
      partition: row.partition,
      startsAt: row.starts_at.toISOString(),
      endsAt: row.ends_at.toISOString(),
      state: row.state as string,
      runId: row.run_id,
    }),
    (row) => [row.starts_at.toISOString()],
  );
}

/** Pauses, resumes or cancels a backfill, or runs its failed and cancelled parts again. */
export async function actOnBackfill(ctx: Ctx, id: string, action: BackfillAction): Promise<Backfill> {
  return ctx.tx(async (ctx) => {
    await requireBackfill(ctx, id);
    await holdBackfill(ctx.db, id);
    await followRuns(ctx.db, id);
    const row = await requireBackfill(ctx, id);
    if (!isPossible(row, action)) throw problem("pipeline.backfill_state_wrong", { state: row.state });
    if (action === "pause") await setBackfillState(ctx.db, id, "paused", null);
    if (action === "cancel") {
      const open = await ctx.db.selectFrom("runs").select(["id", "state"]).where("backfill_id", "=", id).where("ended_at", "is", null).execute();
      for (const run of open) if (run.state !== "cancelling") await cancelRun(ctx, run.id);
      await moveWaiting(ctx.db, id, ["waiting"], "cancelled");
      await setBackfillState(ctx.db, id, "cancelled", ctx.now);
      await followRuns(ctx.db, id);
    }
    if (action === "retry") await moveWaiting(ctx.db, id, ["failed", "cancelled"], "waiting");
    if (action === "retry" || action === "resume") {
      await setBackfillState(ctx.db, id, "running", null);
      await advanceBackfill(ctx, id);
    }
    await ctx.record({ type: "pipeline.backfill_changed", subject: { id: row.pipeline_id, label: row.pipeline_name }, data: { backfillId: id, action } });
    return presentBackfill(ctx, await requireBackfill(ctx, id));
  });
}
