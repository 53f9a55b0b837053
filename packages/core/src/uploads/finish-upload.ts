import { rename } from "node:fs/promises";
import { isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { type Ctx, requireUser, type TxCtx } from "../context/index.ts";
import { requireUpload } from "./get-upload.ts";
import { recordingInfected, scanArrived } from "./scan/scan-arrived.ts";
import { lockIncoming, type UploadRow } from "./store.ts";
import { exists, hashFile, makeUploadDirectory, partialPath, removeUploadFiles, syncDirectory, uploadPath } from "./upload-files.ts";

/** The file may have its final name already: a crash can come between the name and the commit. */
async function placeOf(ctx: Ctx, id: string): Promise<string> {
  const { dataDir } = ctx.services.config;
  const partial = partialPath(dataDir, id);
  return (await exists(partial)) ? partial : uploadPath(dataDir, id);
}

async function refuse(ctx: Ctx, id: string): Promise<void> {
  await ctx.tx(async (ctx) => {
    await ctx.db.updateTable("incoming_uploads").set({ refused: true }).where("id", "=", id).execute();
    ctx.afterCommit(() => removeUploadFiles(ctx.services.config.dataDir, id));
    return undefined;
  });
}

async function complete(ctx: TxCtx, upload: UploadRow, sha256: string): Promise<undefined> {
  const personId = requireUser(ctx.principal);
  const row = await lockIncoming(ctx.db, personId, upload.id);
  if (row === undefined) return;
  const { dataDir } = ctx.services.config;
  const partial = partialPath(dataDir, row.id);
  if (await exists(partial)) await rename(partial, uploadPath(dataDir, row.id));
  await syncDirectory(await makeUploadDirectory(dataDir));
  const { id, workspace_id, file_name, bytes } = row;
  await ctx.db.insertInto("uploads").values({ id, workspace_id, file_name, bytes, sha256, uploaded_by: personId }).execute();
  await ctx.db.deleteFrom("incoming_uploads").where("id", "=", id).execute();
}

/**
 * Makes an upload whose bytes are all there a whole one, with its SHA-256. Does nothing for one that is whole already, so it
 * may be asked for again after a crash, or when the virus scanner did not answer. Throws `upload.hash_mismatch` when the bytes are not
 * those that were announced, and what {@link scanArrived} throws.
 */
export async function finishUpload(ctx: Ctx, id: string): Promise<void> {
  const row = await requireUpload(ctx, id);
  if (row.status === "complete") return;
  const path = await placeOf(ctx, id);
  const sha256 = await hashFile(path, ctx.signal);
  if (row.sha256 !== null && row.sha256 !== sha256) {
    await refuse(ctx, id);
    throw problem("upload.hash_mismatch", { announced: row.sha256, found: sha256 });
  }
  try {
    await recordingInfected(ctx, () => scanArrived(ctx, { id, path, fileName: row.file_name, bytes: row.bytes }));
  } catch (error) {
    if (isAppError(error, "upload.infected") || isAppError(error, "upload.scan_too_large")) await refuse(ctx, id);
    throw error;
  }
  await ctx.tx((ctx) => complete(ctx, row, sha256));
}
