import { decodeCursor, problem, toPage, type Upload } from "@granary/protocol";
import { type Ctx, requireUser, type TxCtx } from "../context/index.ts";
import { findSame } from "./find-same.ts";
import { presentUpload } from "./present.ts";
import { selectUploads, type UploadRow } from "./store.ts";

/** The row of an upload of the caller's own; anybody else's does not exist for them. */
export async function requireUpload(ctx: Ctx | TxCtx, id: string): Promise<UploadRow> {
  const [row] = await selectUploads(ctx.db, requireUser(ctx.principal), { id, limit: 1 });
  if (row === undefined) throw problem("upload.not_found");
  return row;
}

/** How far an upload is; once it is whole, also where the same bytes were loaded before. */
export async function getUpload(ctx: Ctx | TxCtx, id: string): Promise<Upload> {
  const row = await requireUpload(ctx, id);
  return presentUpload(row, row.status === "complete" && row.sha256 !== null ? await findSame(ctx, row.sha256) : []);
}

interface PageQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** The caller's uploads on their way, and whole ones that nothing was made of yet. */
export async function listUploads(ctx: Ctx, query: PageQuery): Promise<{ items: Upload[]; next: string | null }> {
  const after = decodeCursor(query.cursor, 1)?.[0];
  const rows = await selectUploads(ctx.db, requireUser(ctx.principal), { after: after === undefined ? undefined : String(after), limit: query.limit + 1 });
  return toPage(
    rows,
    query.limit,
    (row) => presentUpload(row, []),
    (row) => [row.id],
  );
}
