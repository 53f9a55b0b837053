import type { Reader, Writer } from "@granary/db";
import { problem } from "@granary/protocol";
import { sql } from "kysely";
import type { Ctx, TxCtx } from "../context/index.ts";

/** Bytes of files a workspace keeps, those on their way counted whole. */
export async function keptBytes(db: Reader | Writer, workspaceId: string): Promise<number> {
  const { rows } = await sql<{ bytes: number }>`
    select ((select coalesce(sum(bytes), 0) from uploads where workspace_id = ${workspaceId})
      + (select coalesce(sum(bytes), 0) from incoming_uploads where workspace_id = ${workspaceId} and not refused))::bigint as bytes`.execute(db);
  return Number(rows[0]?.bytes ?? 0);
}

const exceeded = (quota: number, kept: number): Error => problem("upload.quota_exceeded", { quota, kept, left: Math.max(0, quota - kept) });

/** How many more bytes the workspace may keep; throws `upload.quota_exceeded` when there are none left. */
export async function requireQuota(ctx: Ctx | TxCtx): Promise<{ readonly left: number; readonly exceeded: () => Error }> {
  const quota = ctx.services.config.workspaceQuotaBytes;
  if (quota === null) return { left: Number.POSITIVE_INFINITY, exceeded: () => exceeded(0, 0) };
  const kept = await keptBytes(ctx.db, ctx.workspaceId);
  if (kept >= quota) throw exceeded(quota, kept);
  return { left: quota - kept, exceeded: () => exceeded(quota, kept) };
}

/** Throws `upload.quota_exceeded` unless the workspace may keep so many more bytes. Uploads that begin at once wait for each other here. */
export async function takeFromQuota(ctx: TxCtx, bytes: number): Promise<void> {
  if (ctx.services.config.workspaceQuotaBytes === null) return;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`quota:${ctx.workspaceId}`}, 0))`.execute(ctx.db);
  const { left, exceeded } = await requireQuota(ctx);
  if (bytes > left) throw exceeded();
}
