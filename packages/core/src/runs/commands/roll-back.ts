import { problem, type Run } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { requireDataset, restoreVersionIn, trashDatasetIn } from "../../datasets/index.ts";
import { labelOf, writeRunEvent } from "../move-run.ts";
import { getRun } from "../queries/get-run.ts";
import { isEnded, stateWords } from "../rules.ts";
import { holdRun, type RunRow } from "../store.ts";
import { addStreamState, findStreamState, type StreamEnd } from "../streams/stream-states.ts";
import { sql } from "kysely";

/** Puts one dataset back to what it was before the run; one that the run made goes into the trash. */
async function putBack(ctx: TxCtx, row: RunRow, { datasetId, version, previousVersion }: Run["results"][number]): Promise<void> {
  if (datasetId === null || version === null) return;
  const dataset = await requireDataset(ctx, datasetId, "contributor");
  if (dataset.data_version !== version) throw problem("run.overtaken", { dataset: dataset.name });
  if (previousVersion === null) await trashDatasetIn(ctx, datasetId);
  else await restoreVersionIn(ctx, datasetId, String(previousVersion), `Rolled back ${labelOf(row)}`);
}

/** Puts the streams a run moved back to where they were before it. */
async function putStreamsBack(ctx: TxCtx, row: RunRow): Promise<void> {
  const moved = await ctx.db.selectFrom("stream_states").select(["node", "seq"]).where("run_id", "=", row.id).where("kind", "=", "sync").execute();
  for (const { node, seq } of moved) {
    const newest = await findStreamState(ctx.db, row.pipeline_id, node);
    if (newest === undefined || newest.seq !== seq) throw problem("run.overtaken", { dataset: `The stream of ${node}` });
    const before = await ctx.db
      .selectFrom("stream_states")
      .select([sql<StreamEnd["state"]>`state`.as("state"), sql<StreamEnd["stream"]>`stream`.as("stream")])
      .where("pipeline_id", "=", row.pipeline_id)
      .where("node", "=", node)
      .where("seq", "<", seq)
      .orderBy("seq", "desc")
      .limit(1)
      .executeTakeFirst();
    const end = { stream: before?.stream ?? newest.stream, state: before?.state ?? null, rows: 0 };
    await addStreamState(ctx, { pipelineId: row.pipeline_id, node, kind: "undo", runId: row.id, end, produced: {} });
  }
}

/**
 * Takes back what a run published: its datasets get their versions before it as new ones, and its streams go back to where they were,
 * all in one transaction. Throws `run.not_found`, `run.state_wrong`, and `run.overtaken` where something was changed since.
 */
export async function rollBackRun(ctx: Ctx, id: string): Promise<Run> {
  await ctx.tx(async (ctx) => {
    const row = await holdRun(ctx.db, id);
    const versions = row.results
      .filter(({ kind }) => kind === "version")
      .toSorted((left, right) => ((left.datasetId ?? "") < (right.datasetId ?? "") ? -1 : 1));
    if (!isEnded(row.state) || versions.length === 0)
      throw problem("run.state_wrong", { state: isEnded(row.state) ? "without versions" : stateWords(row.state) });
    for (const result of versions) await putBack(ctx, row, result);
    await putStreamsBack(ctx, row);
    await writeRunEvent(ctx, id, { node: null, from: row.state, to: row.state, text: "Rolled back" });
    const data = { pipelineId: row.pipeline_id, datasets: versions.map(({ datasetId }) => datasetId) };
    await ctx.record({ type: "run.rolled_back", subject: { id, label: labelOf(row) }, data });
  });
  return getRun(ctx, id);
}
