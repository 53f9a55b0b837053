import type { Id } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { requireUser, type TxCtx } from "../context/index.ts";
import { requireUpload } from "./get-upload.ts";
import type { ReceivedUpload } from "./receive-upload.ts";

/** A whole upload of the caller's, held until the transaction ends so that nobody deletes what a load is made of. */
export async function takeUpload(ctx: TxCtx, id: string): Promise<ReceivedUpload> {
  const row = await ctx.db
    .selectFrom("uploads")
    .select(["id", "file_name", "bytes", "sha256"])
    .where("id", "=", id)
    .where("uploaded_by", "=", requireUser(ctx.principal))
    .forKeyShare()
    .executeTakeFirst();
  if (row !== undefined) return { id: row.id as Id<"upload">, fileName: row.file_name, bytes: row.bytes, sha256: row.sha256 };
  const { status, received } = await requireUpload(ctx, id);
  if (status === "refused") throw problem("upload.refused");
  throw problem("upload.not_complete", { received });
}
