import { requireUser, type TxCtx } from "../context/index.ts";
import { takeFromQuota } from "./quota.ts";
import type { ReceivedUpload } from "./receive-upload.ts";

/** Makes a received file known as the caller's, together with what it is for. Throws `upload.quota_exceeded`. */
export async function insertUpload(ctx: TxCtx, { id, fileName: file_name, bytes, sha256 }: ReceivedUpload): Promise<void> {
  await takeFromQuota(ctx, bytes);
  const uploaded_by = requireUser(ctx.principal);
  await ctx.db.insertInto("uploads").values({ id, workspace_id: ctx.workspaceId, file_name, bytes, sha256, uploaded_by }).execute();
}
