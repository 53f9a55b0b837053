import type { Reader, Writer } from "@granary/db";
import { sql } from "kysely";
import type { TxCtx } from "../context/index.ts";
import { requireUser } from "../context/index.ts";
import type { ResultColumn } from "./results/result-columns.ts";

type Db = Reader | Writer;

/** A version of a dataset that a query read, and what its reader was shown of it. */
export interface ReadDataset {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly planHash: string;
}

/** What lists show of a long text. */
const LISTED_CHARACTERS = 2_000;

function selectQueries(db: Db, personId: string) {
  return db
    .selectFrom("sql_queries as q")
    .select([
      "q.id",
      "q.status",
      "q.cancel_asked",
      "q.lost_at",
      "q.row_count",
      "q.bytes",
      "q.cut",
      "q.error_code",
      "q.error_message",
      "q.error_line",
      "q.error_column",
      "q.kept",
      "q.expires_at",
      "q.created_at",
      "q.ended_at",
      sql<ReadDataset[]>`q.datasets`.as("datasets"),
      sql<ResultColumn[] | null>`q.columns`.as("columns"),
    ])
    .where("q.person_id", "=", personId);
}

/** The query with this id, if this person ran it. */
export function findQueryRow(db: Db, personId: string, id: string) {
  return selectQueries(db, personId)
    .select([sql<string>`q.sql`.as("text"), sql<boolean>`false`.as("is_shortened")])
    .where("q.id", "=", id)
    .executeTakeFirst();
}

export type QueryRow = Awaited<ReturnType<typeof findQueryRow>> & {};

interface ListOptions {
  readonly q: string | undefined;
  readonly status: string | undefined;
  readonly now: Date;
  readonly after: string | undefined;
  readonly limit: number;
}

/** What a person ran, newest first. */
export function listQueryRows(db: Db, personId: string, options: ListOptions) {
  const pattern = `%${(options.q ?? "").replace(/[\\%_]/g, "\\$&")}%`;
  const status = sql<string>`case when q.status = 'running' and q.lost_at <= ${options.now} then 'failed' else q.status end`;
  return selectQueries(db, personId)
    .select([sql<string>`left(q.sql, ${LISTED_CHARACTERS})`.as("text"), sql<boolean>`length(q.sql) > ${LISTED_CHARACTERS}`.as("is_shortened")])
    .$if(options.q !== undefined && options.q !== "", (query) => query.where("q.sql", "ilike", pattern))
    .$if(options.status !== undefined, (query) => query.where(status, "=", options.status ?? ""))
    .$if(options.after !== undefined, (query) => query.where("q.id", "<", options.after ?? ""))
    .orderBy("q.id", "desc")
    .limit(options.limit + 1)
    .execute();
}

/** Holds a person's running queries until the transaction ends, and counts them. */
export async function countRunning(ctx: TxCtx): Promise<number> {
  const personId = requireUser(ctx.principal);
  await sql`select pg_advisory_xact_lock(hashtextextended(${`sql:${personId}`}, 0))`.execute(ctx.db);
  const row = await ctx.db
    .selectFrom("sql_queries")
    .select(sql<number>`count(*)::int`.as("running"))
    .where("person_id", "=", personId)
    .where("status", "=", "running")
    .where("lost_at", ">", ctx.now)
    .executeTakeFirstOrThrow();
  return row.running;
}

export async function insertQuery(ctx: TxCtx, query: { readonly id: string; readonly sql: string; readonly lostAt: Date }): Promise<void> {
  await ctx.db
    .insertInto("sql_queries")
    .values({
      id: query.id,
      workspace_id: ctx.workspaceId,
      person_id: requireUser(ctx.principal),
      sql: query.sql,
      lost_at: query.lostAt,
      created_at: ctx.now,
    })
    .execute();
}

/** How a query ended. */
export type QueryEnd =
  | {
      readonly status: "succeeded";
      readonly datasets: readonly ReadDataset[];
      readonly columns: readonly ResultColumn[];
      readonly rows: number;
      readonly bytes: number;
      readonly cut: "rows" | "bytes" | undefined;
      readonly expiresAt: Date;
    }
  | {
      readonly status: "failed" | "cancelled";
      readonly datasets: readonly ReadDataset[];
      readonly error: { readonly code: string; readonly message: string; readonly line: number | null; readonly column: number | null };
    };

export async function endQuery(ctx: TxCtx, id: string, end: QueryEnd): Promise<void> {
  const figures =
    end.status === "succeeded"
      ? { columns: JSON.stringify(end.columns), row_count: end.rows, bytes: end.bytes, cut: end.cut ?? null, kept: true, expires_at: end.expiresAt }
      : { error_code: end.error.code, error_message: end.error.message, error_line: end.error.line, error_column: end.error.column };
  await ctx.db
    .updateTable("sql_queries")
    .set({ status: end.status, datasets: JSON.stringify(end.datasets), ended_at: ctx.now, ...figures })
    .where("id", "=", id)
    .execute();
}
