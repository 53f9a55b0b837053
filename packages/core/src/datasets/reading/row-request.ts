import { literal } from "@granary/engine";
import { isAppError } from "@granary/kernel";
import type { RowChoice, RowOrder } from "@granary/lake";
import { problem, type RowFilter } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { findBatchRow } from "../batch-store.ts";
import type { Readable } from "./open-version.ts";
import { patternsOf, toCondition } from "./to-condition.ts";

/** Which rows and columns somebody asks for, as every way of reading takes it. */
export interface RowQuery {
  readonly version?: string | undefined;
  readonly filter?: RowFilter | undefined;
  /** `-price,name`; a JSON list when names have commas or begin with a minus: `["-price","a,b"]`. */
  readonly sort?: string | undefined;
  readonly columns?: string | undefined;
  /** Text to look for in the columns that are shown. */
  readonly q?: string | undefined;
  readonly batch_id?: string | undefined;
}

const invalid = (path: string, message: string): Error => problem("request.invalid", {}, { issues: [{ path: `query.${path}`, message }] });

function readNames(text: string, path: string): readonly string[] {
  if (!text.startsWith("[")) return text.split(",");
  try {
    const names: unknown = JSON.parse(text);
    if (Array.isArray(names) && names.every((name) => typeof name === "string")) return names;
  } catch {
    // Falls through to the one answer for what is no list of names.
  }
  throw invalid(path, "must be names with commas between, or a JSON list of names");
}

function requireKnown(readable: Readable, names: readonly string[], path: string): void {
  const unknown = names.filter((name) => !readable.columns.some((item) => item.name === name));
  if (unknown.length > 0) throw invalid(path, `there is no column ${unknown.join(", ")}`);
  if (new Set(names).size < names.length) throw invalid(path, "names a column twice");
}

/** The order asked for. A name may be one that begins with a minus: the column of that very name comes first. */
function orderOf(readable: Readable, sort: string): readonly RowOrder[] {
  const isName = (name: string): boolean => readable.columns.some((item) => item.name === name);
  const order = readNames(sort, "sort").map((entry): RowOrder => {
    if (isName(entry)) return { column: entry, direction: "asc" };
    return entry.startsWith("-") ? { column: entry.slice(1), direction: "desc" } : { column: entry, direction: "asc" };
  });
  requireKnown(
    readable,
    order.map((item) => item.column),
    "sort",
  );
  return order;
}

async function requireBatch(ctx: Ctx, readable: Readable, batchId: string): Promise<string> {
  const batch = await findBatchRow(ctx.db, batchId);
  if (batch === undefined || batch.dataset_id !== readable.dataset.id) throw invalid("batch_id", "is no batch of this dataset");
  return batchId;
}

/** The columns a filter is about. */
export function columnsNamed(filter: RowFilter): readonly string[] {
  if ("not" in filter) return columnsNamed(filter.not);
  if ("column" in filter) return [filter.column];
  return ("and" in filter ? filter.and : filter.or).flatMap(columnsNamed);
}

/** The shown columns and, behind them, those only asked about by filter and order: both tell something about their values. */
export function columnsAsked({ filter }: Pick<RowQuery, "filter">, shown: readonly string[], orderBy: readonly RowOrder[] = []): readonly string[] {
  const asked = filter === undefined ? [] : columnsNamed(filter);
  return [...shown, ...asked, ...orderBy.map((item) => item.column)];
}

/** Whether texts are regular expressions is the engine's to say: its kind knows other ones than JavaScript's. Throws `request.invalid`. */
export async function checkPatterns(ctx: Ctx, filter: RowFilter, below: string): Promise<void> {
  for (const { path, pattern } of patternsOf(filter, below)) {
    const operand = { kind: "regexMatch", operand: literal(""), pattern: literal(pattern), extent: "part", ignoreCase: false } as const;
    const from = { kind: "sequence", length: 1 } as const;
    try {
      await ctx.services.lake.compute(
        { tables: {}, query: { kind: "select", items: [{ expression: operand, as: "is_fine" }], from }, signal: ctx.signal },
        async ({ batches }) => {
          for await (const _batch of batches) continue;
        },
      );
    } catch (error) {
      if (!isAppError(error) || error.code !== "engine.statement_failed") throw error;
      throw problem("request.invalid", {}, { cause: error, issues: [{ path, message: "is not a regular expression (RE2 syntax)" }] });
    }
  }
}

/** What somebody asks for, checked against what they see. */
export interface CheckedQuery {
  readonly choice: RowChoice;
  readonly orderBy: readonly RowOrder[];
}

/** Turns a request into a choice of the lake's. Throws `request.invalid`, naming the part at fault. */
export async function toChoice(ctx: Ctx, readable: Readable, query: RowQuery): Promise<CheckedQuery> {
  const { filter, q, columns, batch_id: batch } = query;
  const names = columns === undefined ? undefined : readNames(columns, "columns");
  if (names !== undefined) requireKnown(readable, names, "columns");
  const orderBy = query.sort === undefined ? [] : orderOf(readable, query.sort);
  const condition = filter === undefined ? undefined : toCondition(filter, readable.columns, "query.filter");
  if (filter !== undefined) await checkPatterns(ctx, filter, "query.filter");
  const choice: RowChoice = {
    plan: readable.plan,
    ...(names === undefined ? {} : { columns: names }),
    ...(condition === undefined ? {} : { filter: condition }),
    ...(q === undefined || q === "" ? {} : { search: { text: q } }),
    ...(batch === undefined ? {} : { batch: await requireBatch(ctx, readable, batch) }),
  };
  return { choice, orderBy };
}
