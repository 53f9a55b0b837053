import { statfs } from "node:fs/promises";
import { newId } from "@granary/kernel";
import { problem, type Upload } from "@granary/protocol";
import { type Ctx, requireUser } from "../context/index.ts";
import { requireUpload } from "./get-upload.ts";
import { safeFileName, makeUploadDirectory } from "./upload-files.ts";
import { presentUpload } from "./present.ts";
import { takeFromQuota } from "./quota.ts";
import { KEPT_DAYS } from "./store.ts";

/** Enough for a folder dropped at once, and an end to what a script in a loop can leave behind. */
const MAX_UNFINISHED = 200;
/** Left free for the database and for tables, which lie on the same disk by default. */
const RESERVED_BYTES = 256 * 1024 * 1024;

export interface NewUpload {
  readonly fileName: string;
  readonly bytes: number;
  readonly sha256?: string | undefined;
}

async function requireSpace(dataDir: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(await makeUploadDirectory(dataDir));
  if (bavail * bsize < bytes + RESERVED_BYTES) throw problem("storage.full");
}

/** Announces a file that will be sent in parts. What cannot be kept is refused before a byte of it is sent. */
export async function beginUpload(ctx: Ctx, input: NewUpload): Promise<Upload> {
  const { dataDir, uploadLimitBytes } = ctx.services.config;
  const personId = requireUser(ctx.principal);
  if (input.bytes === 0) throw problem("upload.empty");
  if (input.bytes > uploadLimitBytes) throw problem("request.too_large", { limit: `${uploadLimitBytes} bytes` });
  await requireSpace(dataDir, input.bytes);
  return ctx.tx(async (ctx) => {
    const { count } = await ctx.db
      .selectFrom("incoming_uploads")
      .select((eb) => eb.fn.countAll<number>().as("count"))
      .where("person_id", "=", personId)
      .where("refused", "=", false)
      .executeTakeFirstOrThrow();
    if (count >= MAX_UNFINISHED) throw problem("upload.too_many", { limit: MAX_UNFINISHED });
    await takeFromQuota(ctx, input.bytes);
    const id = newId("upload", ctx.now.getTime());
    await ctx.db
      .insertInto("incoming_uploads")
      .values({
        id,
        workspace_id: ctx.workspaceId,
        person_id: personId,
        file_name: safeFileName(input.fileName),
        bytes: input.bytes,
        sha256: input.sha256 ?? null,
        expires_at: new Date(ctx.now.getTime() + KEPT_DAYS * 86_400_000),
      })
      .execute();
    return presentUpload(await requireUpload(ctx, id), []);
  });
}
