import type { PipelineDocument } from "@granary/protocol";
import type { TxCtx } from "../../context/index.ts";
import type { RunRow } from "../store.ts";

/** Notes that rows which were kept apart have come in now. */
export async function markReplayed(ctx: TxCtx, { id, replay_of, replay_nodes }: RunRow, { nodes }: Pick<PipelineDocument, "nodes">): Promise<void> {
  const ids = nodes.map((node) => node.id).filter((node) => replay_nodes.length === 0 || replay_nodes.includes(node));
  if (ids.length === 0) return;
  await ctx.db
    .updateTable("run_rejects")
    .set({ replayed_in: id })
    .where("run_id", "=", replay_of ?? "")
    .where("node", "in", ids)
    .where("replayed_in", "is", null)
    .execute();
}
