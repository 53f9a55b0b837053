import type { CallRequest } from "@granary/client";
import { infiniteQueryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";

type ListQuery = NonNullable<CallRequest<"apiKeys.list">["query"]>;
export type KeyFilters = Pick<ListQuery, "owner" | "status">;

export const apiKeysQuery = (filters: KeyFilters) =>
  infiniteQueryOptions({
    queryKey: ["api-keys", filters],
    queryFn: ({ pageParam, signal }) => api.call("apiKeys.list", { query: compact({ ...filters, cursor: pageParam }), signal }),
    ...keyset,
  });

export function useCreateApiKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: CallRequest<"apiKeys.create">["body"]) => api.call("apiKeys.create", { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["api-keys"] }),
  });
}

export function useRevokeApiKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (params: CallRequest<"apiKeys.revoke">["params"]) => api.call("apiKeys.revoke", { params }),
    onSettled: () => client.invalidateQueries({ queryKey: ["api-keys"] }),
  });
}
