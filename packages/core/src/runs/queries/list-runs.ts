import { decodeCursor, type RunState, type RunSummary, toPage } from "@granary/protocol";
import { type RawBuilder, sql } from "kysely";
import type { Ctx } from "../../context/index.ts";
import { paceOf } from "../pace.ts";
import { presentSummary } from "../present.ts";
import { listRunRows } from "../store.ts";

/** Which runs somebody asks for. */
export interface RunQuery {
  readonly state?: readonly RunState[] | undefined;
  /** Id or name. */
  readonly pipeline?: string | undefined;
  readonly cause?: readonly string[] | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly q?: string | undefined;
  readonly backfill?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

function conditions({ state, pipeline, cause, from, until, q, backfill }: RunQuery): readonly RawBuilder<boolean>[] {
  const pattern = `%${(q ?? "").replace(/[\\%_]/g, "\\$&")}%`;
  return [
    ...(state === undefined ? [] : [sql<boolean>`r.state = any (${[...state]})`]),
    ...(pipeline === undefined ? [] : [sql<boolean>`(r.pipeline_id = ${pipeline} or (lower(p.name) = lower(${pipeline}) and p.trashed_at is null))`]),
    ...(cause === undefined ? [] : [sql<boolean>`r.cause = any (${[...cause]})`]),
    ...(from === undefined ? [] : [sql<boolean>`r.queued_at >= ${from}::timestamptz`]),
    ...(until === undefined ? [] : [sql<boolean>`r.queued_at < ${until}::timestamptz`]),
    ...(backfill === undefined ? [] : [sql<boolean>`r.backfill_id = ${backfill}`]),
    ...(q === undefined ? [] : [sql<boolean>`(p.name ilike ${pattern} or r.fault ->> 'message' ilike ${pattern})`]),
  ];
}

/** Runs of all pipelines, or of one, newest first. */
export async function listRuns(ctx: Ctx, query: RunQuery): Promise<{ items: RunSummary[]; next: string | null }> {
  const [after] = decodeCursor(query.cursor, 1) ?? [];
  const rows = await listRunRows(ctx.db, { where: conditions(query), after: after === undefined ? undefined : String(after), limit: query.limit });
  const running = [...new Set(rows.filter(({ state }) => state === "running").map((row) => row.pipeline_id))];
  const paces = await paceOf(ctx.db, running);
  const now = ctx.services.clock.now();
  return toPage(
    rows,
    query.limit,
    (row) => presentSummary(ctx.principal, row, { pace: paces.get(row.pipeline_id), now }),
    (row) => [row.id],
  );
}
