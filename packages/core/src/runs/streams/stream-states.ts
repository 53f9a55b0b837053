import type { StreamState } from "@granary/connectors";
import type { Reader, Writer } from "@granary/db";
import { sql } from "kysely";
import type { TxCtx } from "../../context/index.ts";

/** The stream a state is of: another one does not go on from it. */
export interface StreamIdentity {
  readonly connectionId: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly cursor: string | null;
}

export const isSameStream = (left: StreamIdentity, right: StreamIdentity): boolean =>
  left.connectionId === right.connectionId && left.namespace === right.namespace && left.name === right.name && left.cursor === right.cursor;

/** What a run read of a stream, to be kept with what it publishes. */
export interface StreamEnd {
  readonly stream: StreamIdentity;
  readonly state: StreamState | null;
  readonly rows: number;
}

/** The newest line about a stream in a pipeline: it holds, whatever made it. */
export function findStreamState(db: Reader | Writer, pipelineId: string, node: string) {
  return db
    .selectFrom("stream_states")
    .select(["seq", "kind", "run_id", sql<StreamState | null>`state`.as("state"), sql<StreamIdentity>`stream`.as("stream")])
    .where("pipeline_id", "=", pipelineId)
    .where("node", "=", node)
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
}

interface NewState {
  readonly pipelineId: string;
  readonly node: string;
  readonly kind: "sync" | "undo";
  readonly runId: string;
  readonly end: StreamEnd;
  /** The versions that came of it, by dataset. */
  readonly produced: Readonly<Record<string, number>>;
}

/** Moves a stream in the transaction that publishes, or takes back, what was read of it. */
export async function addStreamState(ctx: TxCtx, { pipelineId, node, kind, runId, end, produced }: NewState): Promise<void> {
  const last = await findStreamState(ctx.db, pipelineId, node);
  await ctx.db
    .insertInto("stream_states")
    .values({
      workspace_id: ctx.workspaceId,
      pipeline_id: pipelineId,
      node,
      seq: (last?.seq ?? 0) + 1,
      kind,
      state: end.state === null ? null : JSON.stringify(end.state),
      stream: JSON.stringify(end.stream),
      run_id: runId,
      produced: JSON.stringify(produced),
      rows: end.rows,
      created_by: ctx.principal.userId,
    })
    .execute();
}
