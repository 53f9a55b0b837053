import { newId } from "@granary/kernel";
import type { Pipeline, PipelineDocument } from "@granary/protocol";
import { type Ctx, requireUser } from "../../context/index.ts";
import { insertPipeline } from "../documents/index.ts";
import { showPipeline } from "../queries/get-pipeline.ts";
import { fieldsOf, requireTriggers, withFreeName, writeVersion } from "./write-version.ts";

/** Creates a pipeline of a document; with faults it is kept and cannot run. */
export async function createPipeline(ctx: Ctx, document: PipelineDocument, note: string): Promise<Pipeline> {
  return withFreeName(document.name, () =>
    ctx.tx(async (ctx) => {
      requireTriggers(ctx, undefined, document);
      const { workspaceId, now } = ctx;
      const id = newId("pipeline", now.getTime());
      await insertPipeline(ctx.db, { ...fieldsOf(ctx, document), id, workspaceId, ownerId: requireUser(ctx.principal), now });
      await writeVersion(ctx, { pipelineId: id, number: 1, document, note });
      await ctx.record({ type: "pipeline.created", subject: { id, label: document.name }, data: { nodes: document.nodes.length, note } });
      return showPipeline(ctx, id);
    }),
  );
}
