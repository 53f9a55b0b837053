import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";

export const datasetQuery = (dataset: string) =>
  queryOptions({
    queryKey: ["datasets", "one", dataset],
    queryFn: ({ signal }) => api.call("datasets.get", { params: { dataset }, signal }),
  });

export const batchesQuery = (dataset: string) =>
  infiniteQueryOptions({
    queryKey: ["datasets", "batches", dataset],
    queryFn: ({ pageParam, signal }) => api.call("datasets.batches", { params: { dataset }, query: compact({ cursor: pageParam }), signal }),
    ...keyset,
  });

export function useTrashDataset() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (dataset: string) => api.call("datasets.delete", { params: { dataset } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["datasets", "list"] }),
  });
}

export function useRestoreDataset() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (dataset: string) => api.call("datasets.restore", { params: { dataset } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["datasets"] }),
  });
}
