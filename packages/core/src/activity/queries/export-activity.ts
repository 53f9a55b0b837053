import type { ActivityEntry } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { presentEntry } from "../present.ts";
import { csvCell } from "../rules.ts";
import { listEntries } from "../store.ts";
import { type ActivityQuery, entriesAsked } from "../where.ts";
import { withoutHidden } from "../without-hidden.ts";

/** Entries read at a time: some hundred kilobytes. */
const CHUNK = 500;

export interface ActivityExport {
  readonly fileName: string;
  readonly contentType: string;
  /** Text, read from the database as it is taken. */
  readonly chunks: AsyncIterable<string>;
}

/** The activity log as a file, newest first. That it was taken is itself recorded. */
export async function exportActivity(ctx: Ctx, query: ActivityQuery & { readonly format: "csv" | "json" }): Promise<ActivityExport> {
  const asked = entriesAsked(ctx, query);
  const { format, ...filters } = query;
  const write = format === "csv" ? asCsv : asJson;
  const record = { type: "activity.exported", subject: { id: "activity", label: "activity log" }, data: { format, filters } } as const;
  const workspaceId = asked.filter.workspaceId === null ? null : ctx.workspaceId;
  await ctx.system.tx((ctx) => ctx.record({ ...record, workspaceId }));
  const day = ctx.services.clock.now().toISOString().slice(0, 10);
  return {
    fileName: `activity-${day}.${format}`,
    contentType: format === "csv" ? "text/csv; charset=utf-8" : "application/json; charset=utf-8",
    chunks: write(readAll(ctx, asked)),
  };
}

async function* readAll(ctx: Ctx, asked: ReturnType<typeof entriesAsked>): AsyncIterable<ActivityEntry[]> {
  let before: string | undefined;
  do {
    ctx.signal.throwIfAborted();
    const { rows, stoppedAt } = await listEntries(asked.db, asked.filter, { before, limit: CHUNK });
    if (rows.length > 0) yield (await withoutHidden(ctx, rows)).map(presentEntry);
    before = rows.length === CHUNK ? rows.at(-1)?.id : stoppedAt;
  } while (before !== undefined);
}

type Column = readonly [name: string, value: (entry: ActivityEntry) => string | number | null];

const COLUMNS: readonly Column[] = [
  ["at", (entry) => entry.at],
  ["type", (entry) => entry.type],
  ["area", (entry) => entry.area],
  ["text", (entry) => entry.text],
  ["actor_kind", (entry) => entry.actor.kind],
  ["actor_id", (entry) => entry.actor.id],
  ["actor", (entry) => entry.actor.label],
  ["subject_kind", (entry) => entry.subject.kind],
  ["subject_id", (entry) => entry.subject.id],
  ["subject", (entry) => entry.subject.label],
  ["result", (entry) => entry.result],
  ["ip", (entry) => entry.ip],
  ["user_agent", (entry) => entry.userAgent],
  ["request_id", (entry) => entry.requestId],
  ["data", (entry) => JSON.stringify(entry.data)],
  ["id", (entry) => entry.id],
  ["position", (entry) => entry.position],
  ["hash", (entry) => entry.hash],
];

async function* asCsv(pages: AsyncIterable<ActivityEntry[]>): AsyncIterable<string> {
  yield `${COLUMNS.map(([name]) => name).join(",")}\r\n`;
  for await (const page of pages) yield page.map((entry) => `${COLUMNS.map(([, value]) => csvCell(value(entry))).join(",")}\r\n`).join("");
}

async function* asJson(pages: AsyncIterable<ActivityEntry[]>): AsyncIterable<string> {
  let separator = "[\n";
  for await (const page of pages) {
    yield separator + page.map((entry) => JSON.stringify(entry)).join(",\n");
    separator = ",\n";
  }
  yield separator === "[\n" ? "[]\n" : "\n]\n";
}
