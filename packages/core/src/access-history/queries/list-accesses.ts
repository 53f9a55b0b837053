import { ACCESS_ACTION_NAMES, ACCESS_ACTIONS, type AccessLogEntry, type AccessLogFilters, decodeCursor, encodeCursor } from "@granary/protocol";
import { chartSpan, csvCell } from "../../activity/index.ts";
import type { Ctx } from "../../context/index.ts";
import { entriesAsked } from "../asked.ts";
import { presentEntries } from "../present.ts";
import { type AccessFilter, countByDay, listEntries } from "../store.ts";

interface AccessPageQuery extends AccessLogFilters {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Who read and wrote which data, newest first. */
export async function listAccesses(ctx: Ctx, query: AccessPageQuery): Promise<{ items: AccessLogEntry[]; next: string | null }> {
  const filter = await entriesAsked(ctx, query);
  const cursor = decodeCursor(query.cursor, 1) as [string] | undefined;
  const { rows, stoppedAt } = await listEntries(ctx.db, filter, { before: cursor?.[0], limit: query.limit + 1 });
  const shown = rows.slice(0, query.limit);
  const items = await presentEntries(ctx, shown, filter);
  const last = rows.length > query.limit ? shown.at(-1)?.id : stoppedAt;
  return { items, next: last === undefined ? null : encodeCursor([last]) };
}

interface AccessTimeline {
  readonly from: string;
  readonly to: string;
  readonly buckets: { readonly at: string; readonly reads: number; readonly writes: number; readonly denied: number }[];
}

/** Reads, writes and refusals by day. */
export async function getAccessTimeline(ctx: Ctx, query: AccessLogFilters & { readonly zone: string }): Promise<AccessTimeline> {
  const span = chartSpan(query, "day", ctx.services.clock.now());
  const filter = await entriesAsked(ctx, query);
  const writes = ACCESS_ACTION_NAMES.filter((name) => ACCESS_ACTIONS[name].kind === "write");
  const rows = await countByDay(ctx.db, { ...filter, ...span }, { zone: query.zone, writes });
  return { from: span.from.toISOString(), to: span.to.toISOString(), buckets: rows.map((row) => ({ ...row, at: row.at.toISOString() })) };
}

const CHUNK = 500;

type Cell = string | number | null;

const COLUMNS: readonly (readonly [name: string, value: (entry: AccessLogEntry) => Cell])[] = [
  ["at", (entry) => entry.at],
  ["decision", (entry) => entry.decision],
  ["action", (entry) => entry.action],
  ["stage", (entry) => entry.stage],
  ["principal_kind", (entry) => entry.principal.kind],
  ["principal_id", (entry) => entry.principal.id],
  ["principal", (entry) => entry.principal.label],
  ["person_id", (entry) => entry.personId],
  ["viewed_as", (entry) => entry.viewedAs],
  ["dataset_id", (entry) => entry.dataset?.id ?? null],
  ["dataset", (entry) => entry.dataset?.name ?? null],
  ["version", (entry) => entry.version],
  ["columns", (entry) => JSON.stringify(entry.columns.map((column) => column.name))],
  ["masked", (entry) => JSON.stringify(entry.columns.filter((column) => column.masked).map((column) => column.name))],
  ["filtered", (entry) => String(entry.filtered)],
  ["rows", (entry) => entry.rows],
  ["purpose", (entry) => entry.purpose],
  ["ip", (entry) => entry.ip],
  ["user_agent", (entry) => entry.userAgent],
  ["request_id", (entry) => entry.requestId],
  ["policies", (entry) => entry.policyIds.join(" ")],
  ["reason", (entry) => entry.reason],
  ["id", (entry) => entry.id],
  ["position", (entry) => entry.position],
  ["hash", (entry) => entry.hash],
];

async function* asCsv(ctx: Ctx, filter: AccessFilter): AsyncIterable<string> {
  yield `${COLUMNS.map(([name]) => name).join(",")}\r\n`;
  let before: string | undefined;
  do {
    ctx.signal.throwIfAborted();
    const { rows, stoppedAt } = await listEntries(ctx.db, filter, { before, limit: CHUNK });
    const entries = await presentEntries(ctx, rows, filter);
    if (entries.length > 0) yield entries.map((entry) => `${COLUMNS.map(([, value]) => csvCell(value(entry))).join(",")}\r\n`).join("");
    before = rows.length === CHUNK ? rows.at(-1)?.id : stoppedAt;
  } while (before !== undefined);
}

/** The access log as a file, newest first. That it was taken is itself recorded. */
export async function exportAccesses(ctx: Ctx, query: AccessLogFilters): Promise<{ readonly fileName: string; readonly chunks: AsyncIterable<string> }> {
  const filter = await entriesAsked(ctx, query);
  await ctx.tx((ctx) => ctx.record({ type: "activity.exported", subject: { id: "access", label: "access log" }, data: { filters: query } }));
  return { fileName: `access-log-${ctx.services.clock.now().toISOString().slice(0, 10)}.csv`, chunks: asCsv(ctx, filter) };
}
