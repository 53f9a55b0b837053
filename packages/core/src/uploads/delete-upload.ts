import { problem } from "@granary/protocol";
import { type Ctx, requireUser } from "../context/index.ts";
import { requireUpload } from "./get-upload.ts";
import { removeUploadFiles } from "./upload-files.ts";

/** Gives up an upload and its bytes. One that rows were loaded from is kept with them and cannot go. */
export async function deleteUpload(ctx: Ctx, id: string): Promise<undefined> {
  return ctx.tx(async (ctx) => {
    await requireUpload(ctx, id);
    const personId = requireUser(ctx.principal);
    const incoming = await ctx.db.deleteFrom("incoming_uploads").where("id", "=", id).where("person_id", "=", personId).returning("id").execute();
    const whole = await ctx.db
      .deleteFrom("uploads")
      .where("id", "=", id)
      .where("uploaded_by", "=", personId)
      .where(({ not, exists, selectFrom }) => not(exists(selectFrom("batches").select("batches.id").whereRef("batches.upload_id", "=", "uploads.id"))))
      .where(({ not, exists, selectFrom }) => not(exists(selectFrom("change_revisions as r").select("r.number").whereRef("r.upload_id", "=", "uploads.id"))))
      .returning("id")
      .execute();
    if (incoming.length + whole.length === 0) throw problem("upload.in_use");
    ctx.afterCommit(() => removeUploadFiles(ctx.services.config.dataDir, id));
    return undefined;
  });
}
