import type { CallRequest } from "@granary/client";
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";

/** What the reader sees of each column, and why. */
export const seenColumnsQuery = (dataset: string) =>
  queryOptions({
    queryKey: ["datasets", "seen-columns", dataset],
    queryFn: async ({ signal }) => (await api.call("access.explain", { params: { dataset }, query: {}, signal })).columns,
  });

const MOST = 200;

/** The policies that mask columns of this dataset by name. */
export const maskPoliciesQuery = (dataset: string) =>
  queryOptions({
    queryKey: ["datasets", "mask-policies", dataset],
    queryFn: async ({ signal }) => (await api.call("policies.list", { query: { dataset: dataset as never, effect: "mask", limit: MOST }, signal })).items,
  });

/** The policies that are about this dataset or a column of it, whatever they name it by. */
export const policiesAboutQuery = (dataset: string) =>
  queryOptions({
    queryKey: ["datasets", "policies", dataset],
    queryFn: async ({ signal }) => (await api.call("policies.list", { query: { about: dataset as never, limit: MOST }, signal })).items,
  });

export const maskPreviewQuery = (dataset: string, column: string, mask: string) =>
  queryOptions({
    queryKey: ["datasets", "mask-preview", dataset, column, mask],
    queryFn: ({ signal }) => api.call("datasets.previewMask", { params: { dataset, column }, body: { mask }, signal }),
    placeholderData: keepPreviousData,
    retry: false,
  });

function useMaskingChange<V, R>(mutationFn: (variables: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => client.invalidateQueries({ queryKey: ["datasets"] }) });
}

export const useMaskColumn = () => useMaskingChange((request: CallRequest<"access.maskColumn">) => api.call("access.maskColumn", request));
export const useTagColumn = () => useMaskingChange((request: CallRequest<"access.tagColumn">) => api.call("access.tagColumn", request));
