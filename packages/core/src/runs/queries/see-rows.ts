import { isAppError } from "@granary/kernel";
import { problem, type PipelineDocument } from "@granary/protocol";
import { mayDo } from "../../access/index.ts";
import type { Ctx } from "../../context/index.ts";
import { type OpenForReading, readData } from "../../datasets/index.ts";
import { sourcesOf } from "../publish/lineage.ts";
import { listStepRows, type RunRow } from "../store.ts";

const refused = (why: string): Error => problem("access.denied", { permission: why });

/** Refuses a dataset of which the caller does not see everything. */
async function requireAll(
  open: OpenForReading,
  { id, name, version }: { readonly id: string; readonly name: string; readonly version: number },
): Promise<void> {
  try {
    const { plan, columns, dataset } = await open(id, String(version));
    const { hides } = dataset.decision;
    const isAll = plan.filter === undefined && !columns.some(({ isMasked }) => isMasked) && !hides.columns && !hides.rows && !hides.values;
    if (!isAll) throw refused(`all of the dataset ${name}: ask its owner to show it unmasked`);
  } catch (error) {
    if (!isAppError(error) || error.code === "access.denied") throw error;
    throw refused("all datasets these rows come from: ask their owners to share them");
  }
}

/**
 * The one decision about who may look at rows on their way through a pipeline: those who see all that feeds them. Rows of connections
 * are for who may change connections and for the pipeline's owner. Writes the access log; throws `access.denied` with what is missing.
 */
export async function seeRows<T>(
  ctx: Ctx,
  { row, document, node }: { readonly row: RunRow; readonly document: PipelineDocument; readonly node: string },
  look: () => Promise<{ readonly answer: T; readonly rows: number }>,
): Promise<T> {
  const sources = new Set(sourcesOf({ document }, node));
  const hasStream = document.nodes.some(({ id, kind }) => kind === "source_stream" && sources.has(id));
  if (hasStream && !mayDo(ctx.principal, "connection:update") && (row.pipeline_owner === null || row.pipeline_owner !== ctx.principal.userId)) {
    throw refused("connection:update, or to own the pipeline, as these rows come from a connection");
  }
  const steps = await listStepRows(ctx.db, row.id);
  const datasets = steps.flatMap((step) => (sources.has(step.node) && step.output?.dataset !== undefined ? [step.output.dataset] : []));
  return readData(ctx, "pipeline", async (open) => {
    for (const dataset of datasets) await requireAll(open, dataset);
    return look();
  });
}
