import { isAppError } from "@granary/kernel";
import type { GraphFault, PipelineDocument } from "@granary/protocol";
import { sql } from "kysely";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { parseCronLine } from "../schedule/index.ts";

const fault = (code: string, message: string, path: string): GraphFault => ({ severity: "error", code, message, node: null, path });

function cronFault(text: string, path: string): GraphFault | [] {
  try {
    parseCronLine(text);
    return [];
  } catch (error) {
    if (!isAppError(error)) throw error;
    return fault("trigger.cron", error.message, path);
  }
}

/** Both ways to name a thing: triggers and nodes may say its id or its name. */
async function bothNames(ctx: Ctx | TxCtx, table: "datasets" | "pipelines", names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const lower = names.map((name) => name.toLowerCase());
  const { rows } = await sql<{ readonly id: string; readonly name: string }>`
    select id, lower(name) as name from ${sql.table(table)}
    where workspace_id = ${ctx.workspaceId} and trashed_at is null and (id = any (${[...names]}::text[]) or lower(name) = any (${lower}::text[]))`.execute(
    ctx.db as TxCtx["db"],
  );
  return [...new Set([...lower, ...rows.flatMap(({ id, name }) => [id, name])])];
}

/** What comes of a pipeline's end by way of the triggers of others that are turned on: datasets that are written and pipelines that run. */
async function reachedBy(ctx: Ctx | TxCtx, pipelineId: string, written: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ readonly target: string }>`
    with recursive reached (kind, target) as (
      (select 'dataset', w from unnest(${[...written]}::text[]) as w
       union all select 'pipeline', ${pipelineId}::text where ${pipelineId}::text <> '')
      union
      select next.kind, next.target from reached r
      join pipeline_triggers t on t.workspace_id = ${ctx.workspaceId} and t.enabled and t.pipeline_id <> ${pipelineId} and t.kind = r.kind
        and t.rule -> 'watches' ? r.target
      cross join lateral (
        select 'pipeline' as kind, t.pipeline_id as target
        union all
        select 'dataset', case when u.target like 'ds\\_%' then u.target else lower(u.target) end
        from pipeline_uses u where u.pipeline_id = t.pipeline_id and u.kind = 'writes_dataset'
      ) next
    )
    select distinct target from reached`.execute(ctx.db as TxCtx["db"]);
  return new Set(rows.map(({ target }) => target));
}

async function circleFaults(ctx: Ctx | TxCtx, document: PipelineDocument, pipelineId: string): Promise<readonly GraphFault[]> {
  const waiting = document.triggers.flatMap((trigger, index) =>
    trigger.enabled && (trigger.kind === "dataset" || trigger.kind === "pipeline") ? [{ trigger, index }] : [],
  );
  if (waiting.length === 0) return [];
  const written = document.nodes.flatMap((node) => (node.kind === "to_dataset" && node.settings.dataset !== "" ? [node.settings.dataset] : []));
  const reached = await reachedBy(ctx, pipelineId, await bothNames(ctx, "datasets", written));
  const found: GraphFault[] = [];
  for (const { trigger, index } of waiting) {
    const watched = trigger.kind === "dataset" ? await bothNames(ctx, "datasets", trigger.datasets) : await bothNames(ctx, "pipelines", trigger.pipelines);
    const isOwn = trigger.kind === "pipeline" && watched.includes(document.name.toLowerCase());
    if (isOwn || watched.some((target) => reached.has(target)))
      found.push(fault("trigger.circle", "The pipeline would start itself: what it waits for comes of its own end.", `triggers.${index}`));
  }
  return found;
}

/** What is wrong with what starts a pipeline by itself. */
export async function triggerFaults(ctx: Ctx | TxCtx, document: PipelineDocument, pipelineId = ""): Promise<readonly GraphFault[]> {
  const ids = document.triggers.map(({ id }) => id);
  const doubled = ids.filter((id, index) => ids.indexOf(id) !== index);
  const crons = document.triggers.flatMap((trigger, index) =>
    trigger.kind === "schedule" ? trigger.cron.flatMap((text, place) => cronFault(text, `triggers.${index}.cron.${place}`)) : [],
  );
  return [
    ...doubled.map((id) => fault("trigger.duplicate", `Two triggers are called ${id}.`, "triggers")),
    ...crons,
    ...(await circleFaults(ctx, document, pipelineId)),
  ];
}
