import { randomBytes } from "node:crypto";
import { type Pipeline, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { tokenHash } from "../../identity/index.ts";
import { holdPipeline, requirePipeline, restartTriggers, setEnabledRow, setHookHash, trashPipeline } from "../documents/index.ts";
import { showPipeline } from "../queries/get-pipeline.ts";

/** Lets a pipeline run by itself, or not. What was due while it might not is not made up for. */
export async function setEnabled(ctx: Ctx, idOrName: string, enabled: boolean): Promise<Pipeline> {
  return ctx.tx(async (ctx) => {
    const { id } = await requirePipeline(ctx, idOrName);
    await holdPipeline(ctx.db, id);
    const row = await requirePipeline(ctx, id);
    if (row.enabled !== enabled) {
      await setEnabledRow(ctx.db, id, enabled, ctx.now);
      if (enabled) await restartTriggers(ctx, id);
      await ctx.record({ type: enabled ? "pipeline.enabled" : "pipeline.disabled", subject: { id, label: row.name } });
    }
    return showPipeline(ctx, id);
  });
}

/** Deletes a pipeline without open runs; its runs and what they made stay. */
export async function deletePipeline(ctx: Ctx, idOrName: string): Promise<undefined> {
  return ctx.tx(async (ctx) => {
    const { id } = await requirePipeline(ctx, idOrName);
    await holdPipeline(ctx.db, id);
    const { name } = await requirePipeline(ctx, id);
    const open = await ctx.db.selectFrom("runs").select("id").where("pipeline_id", "=", id).where("ended_at", "is", null).limit(1).executeTakeFirst();
    if (open !== undefined) throw problem("pipeline.running");
    await trashPipeline(ctx.db, id, ctx.now);
    await ctx.record({ type: "pipeline.deleted", subject: { id, label: name } });
    return undefined;
  });
}

/** Makes a new secret for the hook, told this once; the one before stops working. */
export async function rotateHook(ctx: Ctx, idOrName: string): Promise<{ url: string; secret: string }> {
  return ctx.tx(async (ctx) => {
    const { id, name } = await requirePipeline(ctx, idOrName);
    const secret = `grh_${randomBytes(32).toString("base64url")}`;
    await setHookHash(ctx.db, id, tokenHash(secret), ctx.now);
    await ctx.record({ type: "pipeline.hook_rotated", subject: { id, label: name } });
    return { url: `${ctx.services.config.publicUrl}/api/v1/hooks/${id}`, secret };
  });
}
