import { type CallRequest, isApiError } from "@granary/client";
import type { SqlQuery, SqlRowsPage } from "@granary/protocol";
import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { GridRow, SourcePage } from "../kit/grid/index.ts";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";
import { saveFile } from "./save-file.ts";

export type QueryId = SqlQuery["id"];

const ROWS_A_PAGE = 200;
/** Long enough that most queries need one request, short enough that a running one soon has an id to be cancelled by. */
const FIRST_WAIT_S = 1;
const WAIT_S = 20;

export const sqlQueryQuery = (id: QueryId) =>
  queryOptions({ queryKey: ["sql", "query", id], queryFn: ({ signal }) => api.call("sql.get", { params: { query: id }, signal }), retry: false });

export interface RunRequest {
  readonly sql: string;
  readonly maxRows: number;
  readonly signal: AbortSignal;
  /** Told as soon as the query can be cancelled by its id. */
  readonly onBegun: (id: QueryId) => void;
}

/** Runs a query to its end; one that failed is answered, or thrown when the server refused it at once. */
export async function runSql({ sql, maxRows, signal, onBegun }: RunRequest): Promise<SqlQuery> {
  const first = await api.call("sql.run", { body: { sql, maxRows, wait: FIRST_WAIT_S, limit: 1 }, signal });
  let { query } = first;
  onBegun(query.id);
  while (query.status === "running") query = await api.call("sql.get", { params: { query: query.id }, query: { wait: WAIT_S }, signal });
  return query;
}

export const cancelSql = (query: QueryId) => api.call("sql.cancel", { params: { query } });

function gridRows({ rows, cut }: SqlRowsPage): GridRow[] {
  const cutOf = new Map<number, Set<number>>();
  for (const [row, column] of cut) cutOf.set(row, (cutOf.get(row) ?? new Set()).add(column));
  return rows.map((cells, index) => ({ cells, ...(cutOf.has(index) && { cut: cutOf.get(index) as ReadonlySet<number> }) }));
}

/** One page of a result, with long cells cut. */
export async function readResult(query: QueryId, cursor: string | undefined, signal: AbortSignal): Promise<SourcePage> {
  const page = await api.call("sql.rows", { params: { query }, query: compact({ cursor, limit: ROWS_A_PAGE }), signal });
  return { rows: gridRows(page), next: page.next };
}

/** The row at a place behind a cursor, with every cell whole. */
export const resultRowQuery = (query: QueryId, place: { readonly cursor: string | undefined; readonly offset: number }) =>
  queryOptions({
    queryKey: ["sql", "row", query, place],
    queryFn: async ({ signal }) => {
      const page = await api.call("sql.rows", { params: { query }, query: compact({ cursor: place.cursor, limit: place.offset + 1, full: "true" }), signal });
      return page.rows[place.offset] ?? [];
    },
  });

/** The rows a chart is drawn from: the first of a result. */
const CHART_ROWS = 1_000;
export const chartRowsQuery = (query: QueryId) =>
  queryOptions({
    queryKey: ["sql", "chart", query],
    queryFn: async ({ signal }) => (await api.call("sql.rows", { params: { query }, query: { limit: CHART_ROWS }, signal })).rows,
    staleTime: Number.POSITIVE_INFINITY,
  });

export const explainQuery = (sql: string) =>
  queryOptions({
    queryKey: ["sql", "explain", sql],
    queryFn: async ({ signal }) => (await api.call("sql.explain", { body: { sql }, signal })).steps,
    placeholderData: keepPreviousData,
    retry: false,
  });

/** What is wrong with a text; nothing when nobody can tell now. */
export async function checkSql(sql: string) {
  try {
    return (await api.call("sql.check", { body: { sql } })).problems;
  } catch (error) {
    if (isApiError(error)) return [];
    throw error;
  }
}

export const completionsQuery = (q?: string) =>
  queryOptions({
    queryKey: ["sql", "completions", q],
    queryFn: ({ signal }) => api.call("sql.completions", { query: compact({ q, limit: 500 }), signal }),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });

type StoredQuery = CallRequest<"sql.createDataset">["body"];
type LoadedQuery = CallRequest<"sql.loadDataset">["body"];

/** Begins to store all rows of a query in a new dataset, or in one that is there. */
export const storeAsDataset = (body: StoredQuery) => api.call("sql.createDataset", { body });
export const storeIntoDataset = (dataset: string, body: LoadedQuery) => api.call("sql.loadDataset", { params: { dataset }, body });

export const historyQuery = (q?: string) =>
  infiniteQueryOptions({
    queryKey: ["sql", "history", q],
    queryFn: ({ pageParam, signal }) => api.call("sql.history", { query: compact({ q, cursor: pageParam, limit: 30 }), signal }),
    ...keyset,
  });

export const savedQueriesQuery = (q?: string) =>
  infiniteQueryOptions({
    queryKey: ["sql", "saved", "list", q],
    queryFn: ({ pageParam, signal }) => api.call("sql.listSaved", { query: compact({ q, cursor: pageParam }), signal }),
    ...keyset,
  });

type SavedId = CallRequest<"sql.getSaved">["params"]["saved"];

export const savedQueryQuery = (saved: string) =>
  queryOptions({
    queryKey: ["sql", "saved", "one", saved],
    queryFn: ({ signal }) => api.call("sql.getSaved", { params: { saved: saved as SavedId }, signal }),
    retry: false,
  });

function useSavedChange<V, R>(mutationFn: (variables: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => client.invalidateQueries({ queryKey: ["sql", "saved"] }) });
}

export const useSaveQuery = () => useSavedChange((body: CallRequest<"sql.save">["body"]) => api.call("sql.save", { body }));
export const useUpdateSaved = () => useSavedChange((request: CallRequest<"sql.updateSaved">) => api.call("sql.updateSaved", request));
export const useDeleteSaved = () => useSavedChange((saved: SavedId) => api.call("sql.deleteSaved", { params: { saved } }));

type DownloadQuery = NonNullable<CallRequest<"sql.download">["query"]>;

/** Saves a result as a file. */
export function useDownloadResult() {
  return useMutation({
    mutationFn: async ({ query, options }: { readonly query: QueryId; readonly options: DownloadQuery }) =>
      saveFile(await api.download("sql.download", { params: { query }, query: options }), `result.${options.format ?? "csv"}`),
  });
}
