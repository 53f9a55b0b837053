import { rm } from "node:fs/promises";
import type { WriteResult } from "@granary/connectors";
import type { CopyFormat } from "@granary/engine";
import { type NodeOf, problem } from "@granary/protocol";
import { authorize } from "../../access/index.ts";
import { openConnection } from "../../connections/index.ts";
import { rereadStep } from "../carry-out/end-step.ts";
import type { Work } from "../carry-out/work.ts";
import { runFolder } from "../folder.ts";
import { holdRun } from "../store.ts";
import { noDiscard, type Pending, plainResult } from "./pending.ts";
import { writeRows } from "./write-rows.ts";

/** The platform's own CSV, as connectors read it. */
const OWN_CSV: CopyFormat = { kind: "csv", header: false, lineEnd: "lf", quoteAll: true };

/** Notes that a delivery begins, or what it came to; answers what an earlier attempt came to. */
async function findDelivery(work: Work, node: string) {
  return work.ctx.db.selectFrom("run_deliveries").select(["state", "rows"]).where("run_id", "=", work.row.id).where("node", "=", node).executeTakeFirst();
}

async function note(work: Work, node: string, state: "begun" | "done", rows: number | null): Promise<void> {
  await work.ctx.tx(async (ctx) => {
    await holdRun(ctx.db, work.row.id);
    await ctx.db
      .insertInto("run_deliveries")
      .values({ workspace_id: ctx.workspaceId, run_id: work.row.id, node, state, rows, ended_at: state === "done" ? ctx.now : null })
      .onConflict((conflict) => conflict.columns(["run_id", "node"]).doUpdateSet({ state, rows, ended_at: state === "done" ? ctx.now : null }))
      .execute();
  });
}

/** The name of a delivery: that of the run before where that one began it, so that the other side knows it for the same. */
async function deliveryIdOf({ ctx, row }: Work, node: string): Promise<string> {
  const earlier =
    row.retry_of === null
      ? undefined
      : await ctx.db.selectFrom("run_deliveries").select("run_id").where("run_id", "=", row.retry_of).where("node", "=", node).executeTakeFirst();
  return `${earlier?.run_id ?? row.id}-${node}`;
}

interface Delivered extends Pick<WriteResult, "rows" | "rejected"> {
  readonly bytes: number;
}

async function deliver(work: Work, node: NodeOf<"to_connection">): Promise<Delivered> {
  const known = await findDelivery(work, node.id);
  if (known?.state === "done") return { rows: known.rows ?? 0, rejected: [], bytes: 0 };
  const { connection, target, mode, keys } = node.settings;
  authorize(work.reader.principal, "connection:read");
  const { name, connector, context } = await openConnection(work.ctx, connection, {
    folder: runFolder(work.ctx.services.config.dataDir, work.row.id),
    signal: work.signal,
  });
  if (connector.write === undefined || connector.deliveryFormat === undefined) {
    throw problem("run.step_failed", { node: node.title || node.id, reason: `${name} cannot be written to` });
  }
  const kind = connector.deliveryFormat(target);
  const written = await writeRows(work, node, kind, kind === "csv" ? OWN_CSV : undefined);
  await note(work, node.id, "begun", null);
  try {
    const { rows, rejected, bytes, isExactlyOnce } = await connector.write(context, {
      target,
      columns: written.columns,
      keys,
      mode,
      files: [{ path: written.absolute, rows: written.rows }],
      deliveryId: await deliveryIdOf(work, node.id),
      onProgress: (progress) => void rereadStep(work, { node: node.id }, { rows_out: progress.rows }),
    });
    await note(work, node.id, "done", rows);
    work.log.write("info", node.id, `Delivered ${rows} rows to ${name}`, { rejected: rejected.length, exactlyOnce: isExactlyOnce });
    return { rows, rejected, bytes };
  } finally {
    await rm(written.absolute, { force: true });
  }
}

/**
 * Hands rows to another system. It happens before the run publishes, under a name that stays the same however often it is tried: systems
 * that can tell, take it once.
 */
export async function deliverRows(work: Work, node: NodeOf<"to_connection">): Promise<Pending> {
  const { rows, rejected, bytes } = await deliver(work, node);
  const { connection } = node.settings;
  return {
    node,
    order: node.id,
    commit: () =>
      Promise.resolve({
        result: plainResult({ node: node.id, kind: "delivery", label: connection, rows }),
        fields: { rows_in: rows + rejected.length, rows_out: rows, rejected: rejected.length, bytes },
        rejects: rejected.map(({ row, reason }) => ({ column: null, reason, row: { row: String(row) } })),
        ...(rejected.length === 0 ? {} : { warning: `${rejected.length} rows were refused` }),
        end: { kind: "stream", id: connection, version: null },
      }),
    discard: noDiscard,
  };
}
