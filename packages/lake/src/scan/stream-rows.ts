import type { Row, WorkKind } from "@granary/engine";
import type { OpenTable } from "../table/index.ts";
import { chosenQuery } from "./chosen-query.ts";
import { type PageColumn, pageColumns } from "./read-page.ts";
import { chooseRows, type RowChoice, type RowOrder } from "./row-choice.ts";
import { filesFor, holdFor, type ReadParts, signalOf } from "./scan-parts.ts";

export interface StreamRequest extends RowChoice {
  /** Without it rows come in no certain order. */
  readonly orderBy?: readonly RowOrder[];
  /** At most so many rows. */
  readonly limit?: number;
  /** `read` (at most 30 s) unless said; `job` for whole tables. */
  readonly work?: WorkKind;
  readonly signal?: AbortSignal;
}

/** Chosen rows as they come; see `Page` for the values. */
export interface StreamedRows {
  readonly columns: readonly PageColumn[];
  /** Up to 2,048 rows at a time, only as fast as they are taken. */
  readonly batches: AsyncIterable<readonly Row[]>;
}

/** Lends chosen rows to `use` for as long as it runs. */
export async function streamRows<T>(parts: ReadParts, table: OpenTable, request: StreamRequest, use: (rows: StreamedRows) => Promise<T>): Promise<T> {
  const { orderBy = [], limit, signal } = request;
  const chosen = chooseRows(table, request, orderBy);
  return parts.engine.use({ kind: request.work ?? "read", ...signalOf(signal) }, async (session) => {
    await using held = await holdFor({ ...parts, session }, chosen, filesFor(chosen), signal);
    const { columns, batches } = await session.stream(chosenQuery(chosen, held, limit === undefined ? {} : { limit }));
    return await use({ columns: pageColumns(chosen, columns), batches });
  });
}
