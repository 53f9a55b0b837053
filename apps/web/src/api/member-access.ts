import type { CallRequest } from "@granary/client";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";

/** What is known of a member, for policies to look at. */
export const attributesQuery = (user: string) =>
  queryOptions({
    queryKey: ["people", "attributes", user],
    queryFn: async ({ signal }) => (await api.call("access.attributes", { params: { user }, signal })).attributes,
  });

/** The datasets a member is let into and kept out of by name. */
export const memberDatasetsQuery = (user: string) =>
  queryOptions({
    queryKey: ["policies", "member-datasets", user],
    queryFn: ({ signal }) => api.call("access.memberDatasets", { params: { user }, signal }),
  });

/** The masks that are set for a member alone. */
export const memberMaskingQuery = (user: string) =>
  queryOptions({
    queryKey: ["policies", "member-masking", user],
    queryFn: async ({ signal }) => (await api.call("access.memberMasking", { params: { user }, signal })).masks,
  });

/** The tags that columns have. */
export const columnTagsQuery = () =>
  queryOptions({ queryKey: ["policies", "column-tags"], queryFn: ({ signal }) => api.call("access.columnTags", { signal }) });

function useAccessChange<V, R>(mutationFn: (variables: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () => Promise.all([["policies"], ["people", "attributes"], ["datasets"]].map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}

export const useSetAttributes = () => useAccessChange((request: CallRequest<"access.setAttributes">) => api.call("access.setAttributes", request));
export const useSetMemberDatasets = () => useAccessChange((request: CallRequest<"access.setMemberDatasets">) => api.call("access.setMemberDatasets", request));
export const useSetMemberMasking = () => useAccessChange((request: CallRequest<"access.setMemberMasking">) => api.call("access.setMemberMasking", request));
