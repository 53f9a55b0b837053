import { compareDocuments } from "@granary/graph";
import { decodeCursor, type PipelineDifference, type PipelineDocument, type PipelineVersion, toPage } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { findDocument, listVersionRows, readDocument, requireDocument, requirePipeline } from "../documents/index.ts";

/** The versions of a pipeline, newest first, each with what it changed. */
export async function listVersions(
  ctx: Ctx,
  idOrName: string,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<{ items: PipelineVersion[]; next: string | null }> {
  const { id } = await requirePipeline(ctx, idOrName);
  const [before] = decodeCursor(cursor, 1) ?? [];
  const rows = await listVersionRows(ctx.db, id, { before: before === undefined ? undefined : Number(before), limit });
  const documents = new Map(rows.map((row) => [row.number, readDocument(row.document)]));
  const textOf = (number: number): string => {
    const [from, to] = [documents.get(number - 1), documents.get(number)];
    return from === undefined || to === undefined ? "Created" : compareDocuments(from, to).text;
  };
  return toPage(
    rows,
    limit,
    (row) => ({
      number: row.number,
      author: row.author_id === null ? null : { id: row.author_id, name: row.author_name ?? "" },
      note: row.note,
      restoredFrom: row.restored_from,
      text: textOf(row.number),
      createdAt: row.created_at.toISOString(),
    }),
    (row) => [row.number],
  );
}

/** One version's document. */
export async function getVersion(ctx: Ctx, idOrName: string, number: number): Promise<{ number: number; document: PipelineDocument }> {
  const { id } = await requirePipeline(ctx, idOrName);
  return { number, document: await requireDocument(ctx, id, number) };
}

/** What a version changed against another one, by default the one before it; the first one against nothing. */
export async function compareVersions(ctx: Ctx, idOrName: string, number: number, other: number | undefined): Promise<PipelineDifference> {
  const { id } = await requirePipeline(ctx, idOrName);
  const to = await requireDocument(ctx, id, number);
  const from = other === undefined ? await findDocument(ctx.db, id, number - 1) : await requireDocument(ctx, id, other);
  return compareDocuments(from ?? readDocument({ name: to.name }), to);
}
