import { problem, type RunSummary } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { presentRunSummary, startRun } from "../../runs/index.ts";
import { requireDocument, requirePipeline } from "../documents/index.ts";
import { resetStates } from "../states/index.ts";
import { requireSound } from "../checking/index.ts";
import { type GivenValues, parameterTexts } from "../parameters.ts";

export interface Execution {
  readonly parameters: GivenValues;
  readonly version?: number | undefined;
  readonly dryRun: boolean;
  /** Source nodes to read from the beginning. */
  readonly fullRefresh: readonly string[];
}

/** Starts a run on somebody's wish; a document with faults does not run. */
export async function executePipeline(ctx: Ctx, idOrName: string, { parameters, version, dryRun, fullRefresh }: Execution): Promise<RunSummary> {
  const row = await requirePipeline(ctx, idOrName);
  const document = await requireDocument(ctx, row.id, version ?? row.version_number);
  await requireSound(ctx, document, row.id);
  return ctx.tx(async (ctx) => {
    await resetStates(ctx, row, dryRun ? [] : fullRefresh);
    const started = await startRun(ctx, {
      pipelineId: row.id,
      version,
      cause: ctx.principal.kind === "api_key" ? "api" : "person",
      parameters: parameterTexts(parameters),
      isDry: dryRun,
    });
    if (started === undefined) throw problem("pipeline.not_found");
    return presentRunSummary(ctx.principal, started, { now: ctx.now });
  });
}
