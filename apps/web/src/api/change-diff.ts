import type { ChangeDiff, RowFilter } from "@granary/protocol";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { ChangeAddress } from "./changes.ts";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";

export type DiffKind = "added" | "removed" | "modified" | "format" | "duplicate_key" | "null_key";

/** Which changed rows of a request are wanted. */
export interface DiffChoice {
  readonly revision?: number | undefined;
  readonly kind?: DiffKind | undefined;
  readonly column?: string | undefined;
  readonly filter?: RowFilter | undefined;
  readonly q?: string | undefined;
}

const ROWS_A_PAGE = 200;
const CARDS_A_PAGE = 30;

const asQuery = ({ filter, ...choice }: DiffChoice) => compact({ ...choice, filter: filter === undefined ? undefined : JSON.stringify(filter) });

/** One page of changed rows. */
export function readChanges(change: ChangeAddress, choice: DiffChoice, cursor: string | undefined, signal: AbortSignal): Promise<ChangeDiff> {
  const query = { ...asQuery(choice), ...compact({ cursor }), limit: ROWS_A_PAGE };
  return api.call("changes.diff", { params: { change }, query, signal });
}

/** One page of what two revisions propose differently. */
export function readRevisionChanges(
  change: ChangeAddress,
  sides: { readonly revision: number; readonly with: number },
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<ChangeDiff> {
  const query = { with: sides.with, ...compact({ cursor }), limit: ROWS_A_PAGE };
  return api.call("changes.compareRevisions", { params: { change, revision: sides.revision }, query, signal });
}

/** Names and keys of the columns of a difference, read before its rows. */
export const diffShapeQuery = (change: ChangeAddress, revision: number | undefined, digest: string | null) =>
  queryOptions({
    queryKey: ["changes", "diff-shape", change, revision, digest],
    queryFn: ({ signal }) => api.call("changes.diff", { params: { change }, query: compact({ revision, limit: 1 }), signal }),
    // A newer revision must not take away what is looked at before it is there.
    placeholderData: (before, query) => (query?.queryKey[2] === change ? before : undefined),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

/** Changed rows a card each, for narrow screens. */
export const diffCardsQuery = (change: ChangeAddress, choice: DiffChoice, digest: string | null) =>
  infiniteQueryOptions({
    queryKey: ["changes", "diff-cards", change, choice, digest],
    queryFn: ({ pageParam, signal }) =>
      api.call("changes.diff", { params: { change }, query: { ...asQuery(choice), ...compact({ cursor: pageParam }), limit: CARDS_A_PAGE }, signal }),
    retry: false,
    ...keyset,
  });

/** The changed row with a key, as the columns it is found by hold it before or after. */
export const changedRowQuery = (
  change: ChangeAddress,
  row: { readonly revision: number | undefined; readonly keys: readonly string[]; readonly key: readonly (string | null)[] },
  digest: string | null,
) =>
  queryOptions({
    queryKey: ["changes", "diff-row", change, row, digest],
    queryFn: async ({ signal }) => {
      const parts = row.keys.map((column, index): RowFilter => {
        const value = row.key[index];
        return value == null ? { column, op: "is_null" } : { column, op: "eq", value };
      });
      const query = { ...asQuery({ revision: row.revision, filter: { and: parts } }), limit: 10 };
      const page = await api.call("changes.diff", { params: { change }, query, signal });
      const wanted = JSON.stringify(row.key);
      return page.changes.find(({ key }) => JSON.stringify(key) === wanted) ?? null;
    },
    retry: false,
  });

/** What a revision changes, counted by kind and by column. */
export const overviewQuery = (change: ChangeAddress, revision: number | undefined, digest: string | null) =>
  queryOptions({
    queryKey: ["changes", "overview", change, revision, digest],
    queryFn: ({ signal }) => api.call("changes.overview", { params: { change }, query: compact({ revision }), signal }),
    placeholderData: (before, query) => (query?.queryKey[2] === change ? before : undefined),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

/** How a column's values are spread before and after. */
export const columnShiftQuery = (change: ChangeAddress, column: string, revision: number | undefined, digest: string | null) =>
  queryOptions({
    queryKey: ["changes", "column", change, column, revision, digest],
    queryFn: ({ signal }) => api.call("changes.column", { params: { change, column }, query: compact({ revision }), signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

export const conflictsQuery = (change: ChangeAddress) =>
  infiniteQueryOptions({
    queryKey: ["changes", "conflicts", change],
    queryFn: ({ pageParam, signal }) => api.call("changes.conflicts", { params: { change }, query: compact({ cursor: pageParam }), signal }),
    retry: false,
    ...keyset,
  });

/** Names and keys of the columns that two revisions are compared in. */
export const revisionShapeQuery = (change: ChangeAddress, sides: { readonly revision: number; readonly with: number }) =>
  queryOptions({
    queryKey: ["changes", "revision-shape", change, sides],
    queryFn: ({ signal }) =>
      api.call("changes.compareRevisions", { params: { change, revision: sides.revision }, query: { with: sides.with, limit: 1 }, signal }),
    retry: false,
  });
