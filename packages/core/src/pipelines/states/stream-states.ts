import { decodeCursor, problem, toPage } from "@granary/protocol";
import { sql } from "kysely";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { holdPipeline, requirePipeline } from "../documents/index.ts";

/** A line of what happened to a stream: the newest one holds. */
export interface StateEntry {
  seq: number;
  kind: "sync" | "reset" | "undo";
  state: unknown;
  runId: string | null;
  produced: Record<string, number>;
  rows: number;
  isCurrent: boolean;
  by: string | null;
  at: string;
}

interface StateQuery {
  readonly before?: number | undefined;
  readonly limit: number;
}

function listRows(ctx: Ctx | TxCtx, pipelineId: string, node: string, { before, limit }: StateQuery) {
  return (ctx.db as TxCtx["db"])
    .selectFrom("stream_states as s")
    .leftJoin("users as u", "u.id", "s.created_by")
    .select([
      "s.seq",
      "s.kind",
      "s.state",
      "s.run_id",
      sql<Record<string, number>>`s.produced`.as("produced"),
      "s.rows",
      "s.created_at",
      "s.stream",
      "u.name as by",
    ])
    .where("s.pipeline_id", "=", pipelineId)
    .where("s.node", "=", node)
    .$if(before !== undefined, (query) => query.where("s.seq", "<", before ?? 0))
    .orderBy("s.seq", "desc")
    .limit(limit)
    .execute();
}

type StateRow = Awaited<ReturnType<typeof listRows>>[number];

const present = (row: StateRow, isCurrent: boolean): StateEntry => ({
  seq: row.seq,
  kind: row.kind,
  state: row.state,
  runId: row.run_id,
  produced: row.produced,
  rows: Number(row.rows),
  isCurrent,
  by: row.by,
  at: row.created_at.toISOString(),
});

/** The states of a stream, newest first. */
export async function listStates(
  ctx: Ctx,
  idOrName: string,
  node: string,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<{ items: StateEntry[]; next: string | null }> {
  const { id } = await requirePipeline(ctx, idOrName);
  const [before] = decodeCursor(cursor, 1) ?? [];
  const rows = await listRows(ctx, id, node, { before: before === undefined ? undefined : Number(before), limit: limit + 1 });
  const isFirstPage = before === undefined;
  return toPage(
    rows,
    limit,
    (row) => present(row, isFirstPage && row === rows[0]),
    (row) => [row.seq],
  );
}

/** Locks a pipeline none of whose runs is going on; throws `pipeline.running`. */
async function holdIdle(ctx: TxCtx, idOrName: string): Promise<{ readonly id: string; readonly name: string }> {
  const { id } = await requirePipeline(ctx, idOrName);
  await holdPipeline(ctx.db, id);
  const open = await ctx.db
    .selectFrom("runs")
    .select("id")
    .where("pipeline_id", "=", id)
    .where("ended_at", "is", null)
    .where("is_dry", "=", false)
    .limit(1)
    .executeTakeFirst();
  if (open !== undefined) throw problem("pipeline.running");
  return requirePipeline(ctx, id);
}

interface NewEntry {
  readonly node: string;
  readonly kind: "reset" | "undo";
  readonly state: unknown;
  readonly stream: unknown;
}

async function add(
  ctx: TxCtx,
  pipeline: { readonly id: string; readonly name: string },
  last: StateRow,
  { node, kind, state, stream }: NewEntry,
): Promise<StateEntry> {
  await ctx.db
    .insertInto("stream_states")
    .values({
      workspace_id: ctx.workspaceId,
      pipeline_id: pipeline.id,
      node,
      seq: last.seq + 1,
      kind,
      state: state === null ? null : JSON.stringify(state),
      stream: JSON.stringify(stream),
      created_by: ctx.principal.userId,
    })
    .execute();
  const type = kind === "reset" ? "pipeline.state_reset" : "pipeline.state_undone";
  await ctx.record({ type, subject: { id: pipeline.id, label: pipeline.name }, data: { node, seq: last.seq + 1 } });
  const [row] = await listRows(ctx, pipeline.id, node, { limit: 1 });
  if (row === undefined) throw problem("pipeline.nothing_to_undo");
  return present(row, true);
}

/** Lets streams that were read before begin anew, in the transaction of the run that is to read them. */
export async function resetStates(ctx: TxCtx, pipeline: { readonly id: string; readonly name: string }, nodes: readonly string[]): Promise<void> {
  for (const node of nodes) {
    const [last] = await listRows(ctx, pipeline.id, node, { limit: 1 });
    if (last !== undefined && last.state !== null) await add(ctx, pipeline, last, { node, kind: "reset", state: null, stream: last.stream });
  }
}

/** Forgets how far a stream was read: the next run begins anew. */
export async function resetState(ctx: Ctx, idOrName: string, node: string): Promise<StateEntry> {
  return ctx.tx(async (ctx) => {
    const pipeline = await holdIdle(ctx, idOrName);
    const [last] = await listRows(ctx, pipeline.id, node, { limit: 1 });
    if (last === undefined) throw problem("pipeline.nothing_to_undo");
    return add(ctx, pipeline, last, { node, kind: "reset", state: null, stream: last.stream });
  });
}

/** How many lines back a chain of undone ones is followed. */
const MAX_UNDONE = 1_000;

/**
 * Takes the last reset or read that was not taken back yet: each undo stands for one line before it, so that several in a row go further
 * and further back.
 */
export async function undoState(ctx: Ctx, idOrName: string, node: string): Promise<StateEntry> {
  return ctx.tx(async (ctx) => {
    const pipeline = await holdIdle(ctx, idOrName);
    const rows = await listRows(ctx, pipeline.id, node, { limit: MAX_UNDONE });
    const [last] = rows;
    let undone = 0;
    const index = rows.findIndex((row) => {
      if (row.kind === "undo") undone += 1;
      else if (undone > 0) undone -= 1;
      else return true;
      return false;
    });
    const wanted = rows[index];
    if (last === undefined || wanted === undefined) throw problem("pipeline.nothing_to_undo");
    // What held before the line that is taken back: the line behind it, or nothing read yet.
    const before = rows[index + 1];
    return add(ctx, pipeline, last, { node, kind: "undo", state: before?.state ?? null, stream: before?.stream ?? wanted.stream });
  });
}
