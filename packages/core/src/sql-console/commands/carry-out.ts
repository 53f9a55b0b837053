import { rm } from "node:fs/promises";
import { type AppError, isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { readData } from "../../datasets/index.ts";
import { labelOf } from "../label.ts";
import { openTables, queryTables } from "../open-tables.ts";
import { keepResult } from "../results/keep-result.ts";
import { markMasked } from "../results/result-columns.ts";
import { resultPath } from "../results/result-file.ts";
import { endQuery, type QueryEnd, type ReadDataset } from "../store.ts";
import type { NewQuery } from "./run-query.ts";

/** A value beyond this is for a file, not for a page. */
const MAX_CELL_BYTES = 4 * 1024 * 1024;
/** Another process learns so soon that somebody cancelled. */
const LOOK_FOR_CANCEL_MS = 1_000;
/** What the audit trail keeps of a long text. */
const AUDITED_CHARACTERS = 10_000;

function auditOf(sql: string, end: QueryEnd): Readonly<Record<string, unknown>> {
  const datasets = end.datasets.map(({ id, name, version }) => ({ id, name, version }));
  const figures = end.status === "succeeded" ? { rows: end.rows, cut: end.cut ?? null } : { code: end.error.code };
  return { sql: sql.slice(0, AUDITED_CHARACTERS), isShortened: sql.length > AUDITED_CHARACTERS, datasets, ...figures };
}

async function settle(ctx: Ctx, id: string, sql: string, endAt: (ctx: TxCtx) => QueryEnd): Promise<void> {
  await ctx.tx(async (ctx) => {
    const end = endAt(ctx);
    await endQuery(ctx, id, end);
    const result = end.status === "succeeded" ? "success" : "failure";
    await ctx.record({ type: "query.ran", subject: { id, label: labelOf(sql) }, data: auditOf(sql, end), result });
  });
}

function failureOf(error: unknown): AppError {
  return isAppError(error) ? error : problem("internal", {}, { cause: error });
}

/** Aborts when somebody asked another process to cancel the query. */
function followCancel(ctx: Ctx, id: string): Disposable & { readonly signal: AbortSignal } {
  const stop = new AbortController();
  const look = async (): Promise<void> => {
    const row = await ctx.db.selectFrom("sql_queries").select("cancel_asked").where("id", "=", id).executeTakeFirst();
    if (row?.cancel_asked === true) stop.abort();
  };
  const timer = setInterval(
    () => void look().catch((error: unknown) => ctx.log.warn({ err: error }, "could not look whether a query was cancelled")),
    LOOK_FOR_CANCEL_MS,
  );
  return { signal: AbortSignal.any([ctx.signal, stop.signal]), [Symbol.dispose]: () => clearInterval(timer) };
}

/** Runs a query to its end, keeps its rows and notes how it went, with the event that tells of it. Throws why it failed. */
export async function carryOut(ctx: Ctx, id: string, asked: NewQuery): Promise<void> {
  const { config } = ctx.services;
  const { sql } = asked;
  const read: { datasets: readonly ReadDataset[] } = { datasets: [] };
  try {
    using cancel = followCancel(ctx, id);
    const { signal } = cancel;
    const limits = {
      deadlineMs: config.sql.timeoutS * 1_000,
      maxRows: Math.min(asked.maxRows, config.sql.maxRows),
      maxBytes: config.sql.maxResultBytes,
      maxCellBytes: MAX_CELL_BYTES,
    };
    const kept = await readData(ctx, "sql", async (open) => {
      const opened = await openTables(ctx, open, asked, signal);
      read.datasets = opened.datasets;
      await using result = await queryTables(ctx, asked, opened, { limits, signal });
      const answer = await keepResult(config.dataDir, id, result);
      const plans = Object.values(opened.tables).map(({ plan }) => plan);
      return { answer: { ...answer, columns: markMasked(answer.columns, plans) }, rows: answer.rows };
    });
    const { datasets } = read;
    await settle(ctx, id, sql, ({ now }) => ({ status: "succeeded", datasets, ...kept, expiresAt: new Date(now.getTime() + config.sql.keepResultsS * 1000) }));
  } catch (thrown) {
    const error = failureOf(thrown);
    await rm(resultPath(config.dataDir, id), { force: true });
    const { line = null, column = null } = error.params as { line?: number; column?: number };
    const status = error.code === "engine.cancelled" ? "cancelled" : "failed";
    await settle(ctx, id, sql, () => ({ status, datasets: read.datasets, error: { code: error.code, message: error.message, line, column } }));
    throw error;
  }
}
