import { isDeepStrictEqual } from "node:util";
import type { PipelineDocument, PipelineTrigger } from "@granary/protocol";
import { sql } from "kysely";
import type { TxCtx } from "../../context/index.ts";
import { lookAt, parseCronLine } from "../schedule/index.ts";
import { type ResolvedTargets, targetKey } from "./uses.ts";

/** A trigger as the clock and the relay look for it. */
export interface StoredRule {
  readonly trigger: PipelineTrigger;
  /** What a dataset or pipeline trigger waits for: ids, and lower-case names of what does not exist yet. */
  readonly watches: readonly string[];
}

function ruleOf(trigger: PipelineTrigger, targets: ResolvedTargets): StoredRule {
  const watch = (kind: "reads_dataset" | "pipeline", names: readonly string[]): StoredRule => ({
    trigger,
    watches: names.map((name) => targets.get(targetKey(kind, name)) ?? name.toLowerCase()),
  });
  if (trigger.kind === "dataset") return watch("reads_dataset", trigger.datasets);
  if (trigger.kind === "pipeline") return watch("pipeline", trigger.pipelines);
  return { trigger, watches: [] };
}

/** When the clock is to look at a schedule whose times count from `since` on. */
export function clockOf(pipelineId: string, trigger: PipelineTrigger, since: Date): { last_at: Date | null; next_at: Date | null } {
  if (trigger.kind !== "schedule") return { last_at: null, next_at: null };
  return { last_at: since, next_at: lookAt(trigger, `${pipelineId} ${trigger.id}`, since) };
}

/** Throws `pipeline.schedule_invalid` for a cron expression that cannot be read. */
export function requireSchedules(document: PipelineDocument): void {
  for (const trigger of document.triggers) if (trigger.kind === "schedule") for (const text of trigger.cron) parseCronLine(text);
}

/** Puts the triggers of a document in the place of those before. Those that are the same go on where they are. */
export async function syncTriggers(ctx: TxCtx, pipelineId: string, document: PipelineDocument, targets: ResolvedTargets): Promise<void> {
  const before = await ctx.db.selectFrom("pipeline_triggers").selectAll().where("pipeline_id", "=", pipelineId).execute();
  const kept = new Map(before.map((row) => [row.trigger_id, row]));
  const rules = document.triggers.map((trigger) => ruleOf(trigger, targets));
  const isSame = (rule: StoredRule): boolean => isDeepStrictEqual(kept.get(rule.trigger.id)?.rule, JSON.parse(JSON.stringify(rule)));
  const unchanged = new Set(rules.filter(isSame).map(({ trigger }) => trigger.id));
  for (const row of before) {
    if (unchanged.has(row.trigger_id)) continue;
    await ctx.db.deleteFrom("pipeline_triggers").where("pipeline_id", "=", pipelineId).where("trigger_id", "=", row.trigger_id).execute();
  }
  const rows = rules
    .filter(({ trigger }) => !unchanged.has(trigger.id))
    .map((rule) => ({
      workspace_id: ctx.workspaceId,
      pipeline_id: pipelineId,
      trigger_id: rule.trigger.id,
      kind: rule.trigger.kind,
      rule: JSON.stringify(rule),
      enabled: rule.trigger.enabled,
      ...clockOf(pipelineId, rule.trigger, ctx.now),
    }));
  if (rows.length > 0) await ctx.db.insertInto("pipeline_triggers").values(rows).execute();
}

/** Lets triggers count from now on: what happened while their pipeline was turned off is not made up for. */
export async function restartTriggers(ctx: TxCtx, pipelineId: string): Promise<void> {
  const rows = await ctx.db
    .selectFrom("pipeline_triggers")
    .select(["trigger_id", sql<StoredRule>`rule`.as("rule")])
    .where("pipeline_id", "=", pipelineId)
    .execute();
  for (const { trigger_id, rule } of rows) {
    await ctx.db
      .updateTable("pipeline_triggers")
      .set({ ...clockOf(pipelineId, rule.trigger, ctx.now), arrived: JSON.stringify({}) })
      .where("pipeline_id", "=", pipelineId)
      .where("trigger_id", "=", trigger_id)
      .execute();
  }
}
