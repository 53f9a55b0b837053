import type { Id } from "@granary/kernel";
import type { Pipeline, PipelineSummary, RunState } from "@granary/protocol";
import { sql } from "kysely";
import { mayDo } from "../access/index.ts";
import type { Ctx, TxCtx } from "../context/index.ts";
import { presentRunSummary, requireRunRow } from "../runs/index.ts";
import { type PipelineRow, readDocument } from "./documents/index.ts";
import { describeTrigger } from "./schedule/index.ts";

const RECENT = 10;

interface RecentRun {
  readonly id: string;
  readonly pipeline_id: string;
  readonly number: number;
  readonly state: RunState;
  readonly seconds: number | null;
}

async function recentRuns(ctx: Ctx | TxCtx, ids: readonly string[]): Promise<Map<string, readonly RecentRun[]>> {
  const { rows } = await sql<RecentRun>`
    select r.* from unnest(${[...ids]}::text[]) as p (id)
    cross join lateral (
      select id, pipeline_id, number, state, extract(epoch from ended_at - started_at)::float8 as seconds
      from runs where pipeline_id = p.id order by id desc limit ${RECENT}
    ) r order by r.id desc`.execute(ctx.db as TxCtx["db"]);
  return Map.groupBy(rows, (row) => row.pipeline_id);
}

async function nextTimes(ctx: Ctx | TxCtx, ids: readonly string[]): Promise<Map<string, Date>> {
  const rows = await (ctx.db as TxCtx["db"])
    .selectFrom("pipeline_triggers")
    .select(["pipeline_id", (eb) => eb.fn.min("next_at").as("next_at")])
    .where("pipeline_id", "in", [...ids])
    .where("enabled", "=", true)
    .where("next_at", "is not", null)
    .groupBy("pipeline_id")
    .execute();
  return new Map(rows.flatMap(({ pipeline_id, next_at }) => (next_at === null ? [] : [[pipeline_id, new Date(next_at)]])));
}

const canOf = ({ principal }: Ctx | TxCtx): PipelineSummary["can"] => ({
  update: mayDo(principal, "pipeline:update"),
  delete: mayDo(principal, "pipeline:delete"),
  run: mayDo(principal, "pipeline:run"),
  schedule: mayDo(principal, "pipeline:schedule"),
});

/** Pipelines for lists, with their last runs. */
export async function presentSummaries(ctx: Ctx | TxCtx, rows: readonly PipelineRow[]): Promise<PipelineSummary[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const [runs, times] = [await recentRuns(ctx, ids), await nextTimes(ctx, ids)];
  const summaries: PipelineSummary[] = [];
  for (const row of rows) {
    const document = readDocument(row.document);
    const recent = runs.get(row.id) ?? [];
    const [last] = recent;
    summaries.push({
      id: row.id as Id<"pipeline">,
      name: row.name,
      description: row.description,
      tags: row.tags,
      owner: row.owner_id === null ? null : { id: row.owner_id, name: row.owner_name ?? "" },
      enabled: row.enabled,
      documentVersion: row.version_number,
      nodeCount: document.nodes.length,
      nextRunAt: row.enabled ? (times.get(row.id)?.toISOString() ?? null) : null,
      triggers: document.triggers.map((trigger) => ({ id: trigger.id, kind: trigger.kind, text: describeTrigger(trigger), enabled: trigger.enabled })),
      lastRun: last === undefined ? null : presentRunSummary(ctx.principal, await requireRunRow(ctx.db, last.id), { now: ctx.services.clock.now() }),
      recent: recent.map(({ id, number, state, seconds }) => ({ id, number, state, seconds })),
      createdAt: row.created_at.toISOString(),
      updatedAt: row.updated_at.toISOString(),
      can: canOf(ctx),
    });
  }
  return summaries;
}

export const hookOf = ({ id, hook_hash }: PipelineRow): Pipeline["hook"] => ({ path: `/api/v1/hooks/${id}`, hasSecret: hook_hash !== null });
