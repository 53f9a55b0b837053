import type { CallRequest } from "@granary/client";
import type { Batch, Column, RowFilter } from "@granary/protocol";
import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation } from "@tanstack/react-query";
import type { GridRow, SourcePage } from "../kit/grid/index.ts";
import { api } from "./client.ts";
import { compact } from "./list.ts";
import { saveFile } from "./save-file.ts";

/** Which rows of a dataset, as the address says it. */
export interface RowChoice {
  readonly version?: string | undefined;
  readonly filter?: RowFilter | undefined;
  readonly columns?: string | undefined;
  readonly q?: string | undefined;
  readonly batch?: string | undefined;
}

export interface SortedChoice extends RowChoice {
  readonly sort?: string | undefined;
}

const ROWS_A_PAGE = 200;

function choiceQuery({ version, filter, columns, q, batch }: RowChoice) {
  return compact({ version, columns, q, batch_id: batch as Batch["id"] | undefined, filter: filter === undefined ? undefined : JSON.stringify(filter) });
}

interface RowsAnswer {
  readonly rows: readonly GridRow["cells"][];
  readonly cut: readonly (readonly [number, number])[];
  readonly rowKeys?: readonly (readonly string[] | null)[] | undefined;
}

function gridRows({ rows, cut, rowKeys }: RowsAnswer): GridRow[] {
  const cutOf = new Map<number, Set<number>>();
  for (const [row, column] of cut) cutOf.set(row, (cutOf.get(row) ?? new Set()).add(column));
  return rows.map((cells, index) => ({ cells, ...(cutOf.has(index) && { cut: cutOf.get(index) as ReadonlySet<number> }), key: rowKeys?.[index] ?? null }));
}

/** One page of rows, with long cells cut. */
export async function readRows(dataset: string, choice: SortedChoice, cursor: string | undefined, signal: AbortSignal): Promise<SourcePage> {
  const query = { ...choiceQuery(choice), ...compact({ sort: choice.sort, cursor }), limit: ROWS_A_PAGE };
  const page = await api.call("datasets.rows", { params: { dataset }, query, signal });
  return { rows: gridRows(page), next: page.next };
}

interface WholeRow {
  readonly columns: readonly Column[];
  readonly cells: GridRow["cells"];
}

/** The row with a key, with all its columns and every cell whole. */
export const rowByKeyQuery = (dataset: string, key: string, version: string | undefined) =>
  queryOptions({
    queryKey: ["datasets", "row", dataset, key, version],
    queryFn: async ({ signal }): Promise<WholeRow> => {
      const { columns, row } = await api.call("datasets.rowByKey", { params: { dataset }, query: compact({ key, version }), signal });
      return { columns, cells: row };
    },
    retry: false,
  });

/** The row at a place behind a cursor, with every cell whole. */
export const rowAtQuery = (dataset: string, choice: SortedChoice, place: { readonly cursor: string | undefined; readonly offset: number }) =>
  queryOptions({
    queryKey: ["datasets", "row-at", dataset, choice, place],
    queryFn: async ({ signal }): Promise<WholeRow> => {
      const query = { ...choiceQuery(choice), ...compact({ sort: choice.sort, cursor: place.cursor }), limit: place.offset + 1, full: "true" };
      const { columns, rows } = await api.call("datasets.rows", { params: { dataset }, query, signal });
      return { columns, cells: rows[place.offset] ?? [] };
    },
  });

/** How many rows there are; `at` is the dataset's newest version, so that the count is asked for again when it changes. */
export const rowCountQuery = (dataset: string, { version, filter, columns, q, batch }: RowChoice, at: number) =>
  queryOptions({
    // The columns matter only for what is searched in.
    queryKey: ["datasets", "count", dataset, at, version, filter, q, batch, q === undefined ? undefined : columns],
    queryFn: ({ signal }) => api.call("datasets.countRows", { params: { dataset }, query: choiceQuery({ version, filter, q, batch, columns }), signal }),
  });

/** What the columns of a version hold, whatever rows are filtered. */
export const columnStatsQuery = (dataset: string, version: string | undefined, columns: string | undefined, at: number) =>
  queryOptions({
    queryKey: ["datasets", "stats", dataset, at, version, columns],
    queryFn: ({ signal }) => api.call("datasets.columnStats", { params: { dataset }, query: compact({ version, columns }), signal }),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What the columns of a version hold, some columns at a time; `parts` are their names as an address has them. */
export const figuresQuery = (dataset: string, version: string | undefined, parts: readonly string[], at: number) =>
  infiniteQueryOptions({
    queryKey: ["datasets", "figures", dataset, version, at, parts],
    queryFn: ({ pageParam, signal }) =>
      api.call("datasets.columnStats", { params: { dataset }, query: compact({ version, columns: parts[pageParam] }), signal }),
    initialPageParam: 0,
    getNextPageParam: (_page, _pages, part) => (part + 1 < parts.length ? part + 1 : undefined),
    // While a new version is counted, the figures of the one before stay; those of another version never stand for those asked for.
    placeholderData: (before, query) => (query?.queryKey[2] === dataset && query.queryKey[3] === version ? before : undefined),
    staleTime: Number.POSITIVE_INFINITY,
  });

type DownloadBody = NonNullable<CallRequest<"downloads.create">["body"]>;
export type DownloadOptions = Pick<DownloadBody, "format" | "delimiter" | "header" | "bom" | "spreadsheetSafe">;

interface DownloadRequest {
  readonly dataset: string;
  readonly name: string;
  readonly choice: SortedChoice;
  readonly options: DownloadOptions;
}

/** Saves rows as a file. */
export function useDownloadRows() {
  return useMutation({
    mutationFn: async ({ dataset, name, choice, options }: DownloadRequest) => {
      const { format, delimiter, header, bom, spreadsheetSafe } = options;
      const flags = { header: header?.toString(), bom: bom?.toString(), spreadsheetSafe: spreadsheetSafe?.toString() };
      const query = { ...choiceQuery(choice), ...compact({ format, delimiter, ...flags, sort: choice.sort }) };
      await saveFile(await api.download("datasets.download", { params: { dataset }, query }), `${name}.${options.format ?? "csv"}`);
    },
  });
}

/** Has a file made in the background. */
export function useOrderDownload() {
  return useMutation({
    mutationFn: ({ dataset, choice, options }: DownloadRequest) => {
      const { filter: _text, ...query } = choiceQuery(choice);
      return api.call("downloads.create", { params: { dataset }, body: { ...query, ...compact({ ...options, sort: choice.sort, filter: choice.filter }) } });
    },
  });
}
