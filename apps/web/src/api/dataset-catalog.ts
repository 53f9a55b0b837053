import type { CallRequest } from "@granary/client";
import type { RouteRequest, Routes } from "@granary/protocol";
import { infiniteQueryOptions, keepPreviousData, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";

type ListQuery = NonNullable<RouteRequest<Routes["datasets.list"]>["query"]>;

/** What the page of datasets is chosen by, as its address has it. */
export type CatalogFilters = Pick<ListQuery, "q" | "owner" | "visibility" | "format" | "frequency" | "sort"> & { readonly tag?: readonly string[] };

/** What was found stays until the next answer is there, so that nothing jumps while somebody types. */
export const catalogQuery = (filters: CatalogFilters, trashed = false) =>
  infiniteQueryOptions({
    queryKey: ["datasets", "list", filters, trashed],
    queryFn: ({ pageParam, signal }) => {
      const { tag, ...rest } = filters;
      const query = compact({ ...rest, cursor: pageParam, ...(trashed ? { trashed: "true" } : {}) });
      return api.call("datasets.list", { query: { ...query, ...(tag === undefined ? {} : { tag: [...tag] }) }, signal });
    },
    placeholderData: keepPreviousData,
    ...keyset,
  });

export const changesQuery = (dataset: string) =>
  infiniteQueryOptions({
    queryKey: ["datasets", "changes", dataset],
    queryFn: ({ pageParam, signal }) => api.call("datasets.history", { params: { dataset }, query: compact({ cursor: pageParam }), signal }),
    ...keyset,
  });

export function useUpdateDataset() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (request: CallRequest<"datasets.update">) => api.call("datasets.update", request),
    onSettled: () => client.invalidateQueries({ queryKey: ["datasets"] }),
  });
}

export const viewsQuery = () =>
  infiniteQueryOptions({
    queryKey: ["dataset-views"],
    queryFn: ({ pageParam, signal }) => api.call("datasetViews.list", { query: compact({ cursor: pageParam }), signal }),
    ...keyset,
  });

function useViewChange<V, R>(mutationFn: (variables: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => client.invalidateQueries({ queryKey: ["dataset-views"] }) });
}

export const useSaveView = () => useViewChange((body: CallRequest<"datasetViews.create">["body"]) => api.call("datasetViews.create", { body }));
export const useDeleteView = () =>
  useViewChange((view: CallRequest<"datasetViews.delete">["params"]["view"]) => api.call("datasetViews.delete", { params: { view } }));
