import type { Id } from "@granary/kernel";
import { type Column, ERRORS, type SqlQuery } from "@granary/protocol";
import type { ResultColumn } from "./results/result-columns.ts";
import type { QueryRow } from "./store.ts";

export const presentColumns = (columns: readonly ResultColumn[]): Column[] =>
  columns.map(({ name, type, storedType, isMasked = false }) => ({ name, type, storedType, masked: isMasked }));

const LOST = { code: "engine.crashed", message: ERRORS["engine.crashed"].message.replace("{reason}", "the program was stopped"), line: null, column: null };

/** A query that should have ended long ago was lost with the process that ran it. */
const isLost = (row: QueryRow, now: Date): boolean => row.status === "running" && row.lost_at <= now;

function errorOf(row: QueryRow, now: Date): SqlQuery["error"] {
  if (isLost(row, now)) return LOST;
  if (row.error_code === null) return null;
  return { code: row.error_code, message: row.error_message ?? "", line: row.error_line, column: row.error_column };
}

export function presentQuery(row: QueryRow, now: Date): SqlQuery {
  return {
    id: row.id as Id<"query">,
    sql: row.text,
    isShortened: row.is_shortened,
    status: isLost(row, now) ? "failed" : row.status,
    columns: row.columns === null ? null : presentColumns(row.columns),
    rows: row.row_count,
    bytes: row.bytes,
    cut: row.cut,
    datasets: row.datasets.map(({ id, name, version }) => ({ id: id as Id<"dataset">, name, version })),
    error: errorOf(row, now),
    durationMs: row.ended_at === null ? null : Math.max(0, row.ended_at.getTime() - row.created_at.getTime()),
    createdAt: row.created_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    expiresAt: row.kept && row.expires_at !== null && row.expires_at > now ? row.expires_at.toISOString() : null,
  };
}
