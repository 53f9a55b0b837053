import { compareDocuments, mergeDocuments } from "@granary/graph";
import { type Pipeline, type PipelineDocument, problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { digestOf, holdPipeline, type PipelineRow, readDocument, requireDocument, requirePipeline, updatePipeline } from "../documents/index.ts";
import { showPipeline } from "../queries/get-pipeline.ts";
import { fieldsOf, requireTriggers, withFreeName, writeVersion } from "./write-version.ts";

/** The row behind its lock, so that what is read of it stays so. */
async function hold(ctx: TxCtx, idOrName: string): Promise<PipelineRow> {
  const { id } = await requirePipeline(ctx, idOrName);
  await holdPipeline(ctx.db, id);
  return requirePipeline(ctx, id);
}

async function replace(
  ctx: TxCtx,
  row: PipelineRow,
  document: PipelineDocument,
  how: { readonly note: string; readonly restoredFrom?: number },
): Promise<void> {
  const before = readDocument(row.document);
  requireTriggers(ctx, before, document);
  const number = row.version_number + 1;
  await updatePipeline(ctx.db, row.id, { ...fieldsOf(ctx, document), version_number: number }, ctx.now);
  await writeVersion(ctx, { pipelineId: row.id, number, document, ...how });
  await ctx.record({
    type: how.restoredFrom === undefined ? "pipeline.updated" : "pipeline.restored",
    subject: { id: row.id, label: document.name },
    data: { version: number, note: how.note, change: compareDocuments(before, document).text, ...(how.restoredFrom === undefined ? {} : how) },
  });
}

/** The caller's document with what others saved since the version it was made from. Throws `pipeline.conflict`. */
async function merged(ctx: TxCtx, row: PipelineRow, mine: PipelineDocument, base: number): Promise<PipelineDocument> {
  if (base === row.version_number) return mine;
  const result = mergeDocuments(await requireDocument(ctx, row.id, base), mine, readDocument(row.document));
  if (result.conflicts !== undefined) throw problem("pipeline.conflict", { nodes: result.conflicts.join(", ") });
  return result.document;
}

export interface Save {
  readonly document: PipelineDocument;
  /** The version it was made from. */
  readonly base: number;
  readonly note: string;
}

/** Saves another version; one that is the same as the newest is not kept twice. */
export async function savePipeline(ctx: Ctx, idOrName: string, { document, base, note }: Save): Promise<Pipeline> {
  return withFreeName(document.name, () =>
    ctx.tx(async (ctx) => {
      const row = await hold(ctx, idOrName);
      const wanted = await merged(ctx, row, document, base);
      if (digestOf(wanted) !== row.digest) await replace(ctx, row, wanted, { note });
      return showPipeline(ctx, row.id);
    }),
  );
}

/** Makes an older version the newest again. */
export async function restoreVersion(ctx: Ctx, idOrName: string, number: number): Promise<Pipeline> {
  const { id } = await requirePipeline(ctx, idOrName);
  const document = await requireDocument(ctx, id, number);
  return withFreeName(document.name, () =>
    ctx.tx(async (ctx) => {
      const row = await hold(ctx, id);
      await replace(ctx, row, document, { note: "", restoredFrom: number });
      return showPipeline(ctx, id);
    }),
  );
}
