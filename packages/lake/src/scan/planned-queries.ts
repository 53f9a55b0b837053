import type { EngineSession, Query } from "@granary/engine";
import type { OpenTable } from "../table/index.ts";
import { plannedRows, shownItems } from "./planned-rows.ts";
import { chooseRows, type RowChoice } from "./row-choice.ts";
import { filesFor, holdFor, holdNothing, type ReadParts, signalOf } from "./scan-parts.ts";

/** A table as one principal may see it, or some rows and columns of that. */
export interface PlannedTable extends RowChoice {
  readonly table: OpenTable;
}

/** Tables as queries over local files, which stay where they are until this is disposed. */
export interface PlannedQueries extends AsyncDisposable {
  /** By the names the tables were given under. */
  readonly queries: Readonly<Record<string, Query>>;
  /** All files the queries read. */
  readonly files: readonly string[];
}

interface PlanOptions {
  readonly signal?: AbortSignal | undefined;
  /** Leaves all rows out: for what asks for names and types alone. */
  readonly isEmpty?: boolean;
}

/**
 * Makes tables readable by statements that others put together: people's SQL, pipelines. Nothing computed outside of the
 * queries can tell about rows or values the plans hide, not even by failing.
 */
export async function planQueries(parts: ReadParts, tables: Readonly<Record<string, PlannedTable>>, options: PlanOptions = {}): Promise<PlannedQueries> {
  const { signal, isEmpty = false } = options;
  await using held = new AsyncDisposableStack();
  const queries: [string, Query][] = [];
  const files = new Set<string>();
  // Most tables need no question to the engine.
  const session: Pick<EngineSession, "run"> = { run: (statement) => parts.engine.use({ kind: "read", ...signalOf(signal) }, (own) => own.run(statement)) };
  for (const [name, { table, ...choice }] of Object.entries(tables)) {
    const chosen = chooseRows(table, choice);
    const own = held.use(isEmpty ? holdNothing(table) : await holdFor({ ...parts, session }, chosen, filesFor(chosen), signal));
    for (const path of own.paths.values()) files.add(path);
    queries.push([name, { kind: "select", items: shownItems(chosen), from: { kind: "query", query: plannedRows(chosen, own, { isOpen: true }) } }]);
  }
  const kept = held.move();
  return { queries: Object.fromEntries(queries), files: [...files], [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
