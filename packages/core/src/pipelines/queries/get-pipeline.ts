import type { Pipeline } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { type PipelineRow, readDocument, requirePipeline } from "../documents/index.ts";
import { checkFaults } from "../checking/index.ts";
import { hookOf, presentSummaries } from "../present.ts";

async function present(ctx: Ctx | TxCtx, row: PipelineRow): Promise<Pipeline> {
  const document = readDocument(row.document);
  const [summary] = await presentSummaries(ctx, [row]);
  if (summary === undefined) throw new Error("a pipeline that was found is not there");
  return {
    ...summary,
    version: row.version,
    document,
    faults: await checkFaults(ctx, document, row.id),
    hook: hookOf(row),
    runsAs: row.runs_as === null ? null : { id: row.runs_as, name: row.runner_name ?? "" },
  };
}

/** A pipeline with its newest document and what is wrong with it as the caller may know. */
export async function showPipeline(ctx: Ctx | TxCtx, idOrName: string): Promise<Pipeline> {
  return present(ctx, await requirePipeline(ctx, idOrName));
}
