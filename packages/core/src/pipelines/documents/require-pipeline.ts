import { type PipelineDocument, problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { findDocument, findPipeline, type PipelineRow } from "./store.ts";

/** The pipeline with this id or name; throws `pipeline.not_found`. */
export async function requirePipeline(ctx: Ctx | TxCtx, idOrName: string): Promise<PipelineRow> {
  const row = await findPipeline(ctx.db, ctx.workspaceId, idOrName);
  if (row === undefined) throw problem("pipeline.not_found");
  return row;
}

/** A version's document; throws `pipeline.version_not_found`. */
export async function requireDocument(ctx: Ctx | TxCtx, pipelineId: string, number: number): Promise<PipelineDocument> {
  const document = await findDocument(ctx.db, pipelineId, number);
  if (document === undefined) throw problem("pipeline.version_not_found", { version: number });
  return document;
}
