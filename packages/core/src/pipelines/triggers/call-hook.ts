import { timingSafeEqual } from "node:crypto";
import type { Id } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { sql } from "kysely";
import { createCtx, type Ctx, systemPrincipal } from "../../context/index.ts";
import { tokenHash } from "../../identity/index.ts";
import { startRun } from "../../runs/index.ts";
import type { StoredRule } from "../documents/index.ts";
import { type GivenValues, parameterTexts } from "../parameters.ts";

interface Hooked {
  readonly workspace_id: Id<"workspace">;
  readonly hook_hash: Buffer | null;
  readonly rule: StoredRule | null;
}

/** Compared with where there is no pipeline, so that the time an answer takes tells nothing. */
const NO_HASH = Buffer.alloc(32);

/**
 * Starts a pipeline for another system that knows the secret of its hook. Throws `pipeline.hook_refused` alike for a wrong secret, a
 * pipeline without a hook, one that is turned off and none at all.
 */
export async function callHook(ctx: Ctx, pipelineId: string, secret: string | undefined, parameters: GivenValues): Promise<{ run: Id<"run"> }> {
  const { rows } = await sql<Hooked>`
    select p.workspace_id, p.hook_hash, t.rule from pipelines p
    left join pipeline_triggers t on t.pipeline_id = p.id and t.kind = 'webhook' and t.enabled
    where p.id = ${pipelineId} and p.trashed_at is null and p.enabled order by t.trigger_id limit 1`.execute(ctx.system.db as never);
  const [row] = rows;
  const isRight = timingSafeEqual(tokenHash(secret ?? ""), row?.hook_hash ?? NO_HASH);
  if (!isRight || row?.rule === null || row === undefined) throw problem("pipeline.hook_refused");
  const { trigger } = row.rule;
  const inside = createCtx({ services: ctx.services, principal: systemPrincipal(row.workspace_id), request: ctx.request, signal: ctx.signal });
  return inside.tx(async (tx) => {
    const given = { ...trigger.parameters, ...parameterTexts(parameters) };
    const started = await startRun(tx, { pipelineId, cause: "webhook", triggerId: trigger.id, parameters: given });
    if (started === undefined) throw problem("pipeline.hook_refused");
    return { run: started.id as Id<"run"> };
  });
}
