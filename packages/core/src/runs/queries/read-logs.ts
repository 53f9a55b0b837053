import type { RunEvent, RunLogLine } from "@granary/protocol";
import { sql } from "kysely";
import type { Ctx } from "../../context/index.ts";
import { requireRunRow } from "../store.ts";

const LEVELS = ["debug", "info", "warn", "error"] as const;

export interface LogQuery {
  readonly after: number;
  readonly limit: number;
  /** The least important level that is shown. */
  readonly level: RunLogLine["level"];
  readonly node?: string | undefined;
  readonly q?: string | undefined;
}

/** Lines of a run's log in order; `next` is where to go on, null when these were the last for now. Throws `run.not_found`. */
export async function readRunLogs(ctx: Ctx, id: string, { after, limit, level, node, q }: LogQuery): Promise<{ items: RunLogLine[]; next: number | null }> {
  await requireRunRow(ctx.db, id);
  const rows = await ctx.db
    .selectFrom("run_logs")
    .select(["seq", "at", "level", "node", "message", "data"])
    .where("run_id", "=", id)
    .where("seq", ">", after)
    .where("level", "in", LEVELS.slice(LEVELS.indexOf(level)))
    .$if(node !== undefined, (query) => query.where("node", "=", node ?? ""))
    .$if(q !== undefined, (query) => query.where(sql<boolean>`message ilike ${`%${(q ?? "").replace(/[\\%_]/g, "\\$&")}%`}`))
    .orderBy("seq")
    .limit(limit + 1)
    .execute();
  const items = rows.slice(0, limit).map((row) => ({ ...row, at: row.at.toISOString(), data: row.data as RunLogLine["data"] }));
  return { items, next: rows.length > limit ? (items.at(-1)?.seq ?? null) : null };
}

/** Every change of state of a run and its steps behind a place in their order. Throws `run.not_found`. */
export async function listRunEvents(ctx: Ctx, id: string, after: number): Promise<{ items: RunEvent[] }> {
  await requireRunRow(ctx.db, id);
  const rows = await ctx.db.selectFrom("run_events").selectAll().where("run_id", "=", id).where("seq", ">", after).orderBy("seq").limit(5_000).execute();
  return { items: rows.map((row) => ({ seq: row.seq, at: row.at.toISOString(), node: row.node, from: row.from_state, to: row.to_state, text: row.text })) };
}
