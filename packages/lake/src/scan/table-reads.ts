import type { RowStream, SandboxResult } from "@granary/engine";
import type { OpenTable } from "../table/index.ts";
import { type CountRequest, countRows } from "./count-rows.ts";
import { type Exported, exportRows, type ExportRequest } from "./export-rows.ts";
import { exportResult, type ResultExportRequest } from "./export-result.ts";
import { namingFile } from "./name-file.ts";
import { type PlannedQueries, type PlannedTable, planQueries } from "./planned-queries.ts";
import { type ComputeRequest, computeRows, queryTables, type SqlRequest } from "./query-tables.ts";
import { type Page, type PageRequest, readPage } from "./read-page.ts";
import type { RowChoice } from "./row-choice.ts";
import type { ReadParts } from "./scan-parts.ts";
import { rowSource } from "./row-source.ts";
import { type StreamedRows, streamRows, type StreamRequest } from "./stream-rows.ts";

/**
 * The ways rows leave the lake. All of them take a read plan, and whatever the reader filters, searches, sorts or computes
 * works on what the plan shows.
 */
export interface TableReads {
  /** A page of rows, forwards or backwards, in stored order or sorted. */
  rows(table: OpenTable, request: PageRequest): Promise<Page>;
  /** Names the files that a choice of rows comes from: the same for two snapshots with the same columns only where the rows are the same. Reads nothing. */
  rowSource(table: OpenTable, choice: RowChoice): string;
  /** How many rows there are. */
  count(table: OpenTable, request: CountRequest): Promise<number>;
  /** Lends rows to `use` as they come, one batch at a time. */
  stream<T>(table: OpenTable, request: StreamRequest, use: (rows: StreamedRows) => Promise<T>): Promise<T>;
  /** All rows as a local file. */
  export(table: OpenTable, request: ExportRequest): Promise<Exported>;
  /** The result of a query a person wrote. */
  query(request: SqlRequest): Promise<SandboxResult>;
  /** Lends the result of a query the platform put together to `use`. */
  compute<T>(request: ComputeRequest, use: (rows: RowStream) => Promise<T>): Promise<T>;
  /** The kept result of such a query as a local file. */
  exportResult(request: ResultExportRequest): Promise<void>;
  /** Tables as sources of further work, such as staging the rows of another table. Never hand the queries to a person. */
  plannedQueries(tables: Readonly<Record<string, PlannedTable>>, signal?: AbortSignal): Promise<PlannedQueries>;
}

const tablesOf = (tables: Readonly<Record<string, PlannedTable>>): readonly OpenTable[] => Object.values(tables).map(({ table }) => table);

export function tableReads(parts: ReadParts): TableReads {
  return {
    rows: (table, request) => namingFile([table], () => readPage(parts, table, request)),
    rowSource,
    count: (table, request) => namingFile([table], () => countRows(parts, table, request)),
    stream: (table, request, use) => namingFile([table], () => streamRows(parts, table, request, use)),
    export: (table, request) => namingFile([table], () => exportRows(parts, table, request)),
    query: (request) => queryTables(parts, request),
    compute: (request, use) => namingFile(tablesOf(request.tables), () => computeRows(parts, request, use)),
    exportResult: (request) => exportResult(parts, request),
    plannedQueries: (tables, signal) => planQueries(parts, tables, { signal }),
  };
}
