import type { UploadProgress } from "@granary/client";
import type { Batch } from "@granary/protocol";
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, uploads } from "./client.ts";
import { compact, keyset } from "./list.ts";
import { saveFile } from "./save-file.ts";

export interface DatasetFilters {
  readonly q?: string | undefined;
  readonly owner?: "me" | undefined;
}

const ROWS_A_PAGE = 200;

export const datasetsQuery = (filters: DatasetFilters = {}) =>
  infiniteQueryOptions({
    queryKey: ["datasets", "list", filters],
    queryFn: ({ pageParam, signal }) => api.call("datasets.list", { query: compact({ ...filters, cursor: pageParam }), signal }),
    ...keyset,
  });

export const datasetQuery = (dataset: string) =>
  queryOptions({
    queryKey: ["datasets", "one", dataset],
    queryFn: ({ signal }) => api.call("datasets.get", { params: { dataset }, signal }),
  });

export const datasetRowsQuery = (dataset: string, version: number | undefined) =>
  infiniteQueryOptions({
    queryKey: ["datasets", "rows", dataset, version],
    queryFn: ({ pageParam, signal }) =>
      api.call("datasets.rows", { params: { dataset }, query: compact({ cursor: pageParam, limit: ROWS_A_PAGE, version }), signal }),
    ...keyset,
  });

export const batchesQuery = (dataset: string) =>
  infiniteQueryOptions({
    queryKey: ["datasets", "batches", dataset],
    queryFn: ({ pageParam, signal }) => api.call("datasets.batches", { params: { dataset }, query: compact({ cursor: pageParam }), signal }),
    ...keyset,
  });

export const rejectsQuery = (dataset: string, batch: Batch["id"]) =>
  infiniteQueryOptions({
    queryKey: ["datasets", "rejects", dataset, batch],
    queryFn: ({ pageParam, signal }) => api.call("datasets.rejects", { params: { dataset, batch }, query: compact({ cursor: pageParam }), signal }),
    ...keyset,
  });

/** Saves the rows the caller may see as a CSV file. */
export function useDownloadDataset() {
  return useMutation({
    mutationFn: async ({ dataset, name, version }: { dataset: string; name: string; version: number | undefined }) =>
      saveFile(await api.download("datasets.download", { params: { dataset }, query: compact({ version }) }), `${name}.csv`),
  });
}

interface ImportRequest {
  readonly file: File;
  readonly name: string;
  readonly description: string;
  readonly visibility: "private" | "workspace";
  readonly onProgress: (progress: UploadProgress) => void;
  readonly signal: AbortSignal;
}

export function useImportFile() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ file, name, description, visibility, onProgress, signal }: ImportRequest) =>
      uploads.upload("datasets.create", { file, fields: { name, description, visibility }, onProgress, signal }),
    onSettled: () => client.invalidateQueries({ queryKey: ["datasets"] }),
  });
}

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
