import type { Query, RowStream, SandboxQuery, SandboxResult, WorkKind } from "@granary/engine";
import { planQueries, type PlannedTable } from "./planned-queries.ts";
import { type ReadParts, signalOf } from "./scan-parts.ts";

/** A query a person wrote, and the tables its names stand for, resolved and planned by the caller. */
export interface SqlRequest extends Omit<SandboxQuery, "relations" | "files"> {
  /** By `TableReference.key`, as `Engine.checkSql` tells them; see `relationKey`. */
  readonly tables: Readonly<Record<string, PlannedTable>>;
}

/**
 * Runs a person's query over planned tables in a process that sees nothing else. Dispose the result: until then the
 * tables' files are kept where they are. Throws `sql...`, `engine...` and `storage...`.
 */
export async function queryTables(parts: ReadParts, request: SqlRequest): Promise<SandboxResult> {
  const { tables, ...query } = request;
  await using stack = new AsyncDisposableStack();
  const { queries, files } = stack.use(await planQueries(parts, tables, { signal: request.signal, isEmpty: request.explain === true }));
  const result = stack.use(await parts.engine.sandbox({ ...query, relations: queries, files }));
  const kept = stack.move();
  return {
    columns: result.columns,
    batches: result.batches,
    get truncated() {
      return result.truncated;
    },
    ...(result.plan === undefined ? {} : { plan: result.plan }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** A query put together by the platform over planned tables. */
export interface ComputeRequest {
  /** By the names under which the query reads them as tables. */
  readonly tables: Readonly<Record<string, PlannedTable>>;
  /** Aggregates, joins and the like over those tables. Never from a person: nothing is checked about it. */
  readonly query: Query;
  /** `read` (at most 30 s) unless said. */
  readonly work?: WorkKind;
  readonly signal?: AbortSignal;
}

/** Lends the rows of a query over planned tables to `use` for as long as it runs. */
export async function computeRows<T>(parts: ReadParts, request: ComputeRequest, use: (rows: RowStream) => Promise<T>): Promise<T> {
  const { signal } = request;
  await using planned = await planQueries(parts, request.tables, { signal });
  const named = Object.entries(planned.queries).map(([name, query]) => ({ name, query }));
  const query: Query = { kind: "with", named, query: request.query };
  return await parts.engine.use({ kind: request.work ?? "read", ...signalOf(signal) }, async (session) => use(await session.stream(query)));
}
