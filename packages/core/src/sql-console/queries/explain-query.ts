import { isAppError } from "@granary/kernel";
import type { PlanStep } from "@granary/engine";
import type { Dataset, SqlPlanStep, SqlProblem, SqlQuery } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { type OpenForReading, readData } from "../../datasets/index.ts";
import { type OpenedTables, openTables, queryTables, type QueryText } from "../open-tables.ts";

function presentSteps(steps: readonly PlanStep[], titles: OpenedTables["titles"]): SqlPlanStep[] {
  return steps.map(({ operator, table, details, inputs }) => ({
    operator,
    table: table === undefined ? null : (titles.get(table) ?? table),
    details,
    inputs: presentSteps(inputs, titles),
  }));
}

async function plan(ctx: Ctx, text: QueryText, opened: OpenedTables): Promise<readonly PlanStep[]> {
  await using result = await queryTables(ctx, text, opened, {
    explain: true,
    limits: { deadlineMs: ctx.services.config.sql.timeoutS * 1_000 },
    signal: ctx.signal,
  });
  return result.plan ?? [];
}

/** How a query would be carried out. No row is read for it, so it tells nothing but what stands in the query. */
export async function explainQuery(ctx: Ctx, text: QueryText): Promise<{ steps: SqlPlanStep[] }> {
  return readData(ctx, "explain", async (open) => {
    const opened = await openTables(ctx, open, text, ctx.signal);
    const answer = { steps: presentSteps(await plan(ctx, text, opened), opened.titles) };
    return { answer, rows: 0, columns: [] };
  });
}

const isAboutText = (error: unknown): error is { code: string; message: string; params: Readonly<Record<string, unknown>> } & Error =>
  isAppError(error) && error.code.startsWith("sql.");

export interface CheckedText {
  readonly problems: SqlProblem[];
  /** The datasets it would read. */
  readonly datasets: SqlQuery["datasets"];
}

/** What is wrong with a query: syntax, names, types. Nothing is read. */
export function checkQuery(ctx: Ctx, text: QueryText): Promise<CheckedText> {
  return readData(ctx, "explain", async (open) => ({ answer: await check(ctx, open, text), rows: 0, isNothing: true }));
}

async function check(ctx: Ctx, open: OpenForReading, text: QueryText): Promise<CheckedText> {
  const found: { datasets: OpenedTables["datasets"] } = { datasets: [] };
  const answer = (problems: SqlProblem[]): CheckedText => ({
    problems,
    datasets: found.datasets.map(({ id, name, version }) => ({ id: id as Dataset["id"], name, version })),
  });
  try {
    const opened = await openTables(ctx, open, text, ctx.signal);
    found.datasets = opened.datasets;
    await plan(ctx, text, opened);
    return answer([]);
  } catch (error) {
    if (!isAboutText(error)) throw error;
    const { line = null, column = null } = error.params as { line?: number; column?: number };
    return answer([{ code: error.code, message: error.message, line, column }]);
  }
}
