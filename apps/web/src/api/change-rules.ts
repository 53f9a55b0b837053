import type { CallRequest } from "@granary/client";
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";

/** What a dataset asks of its change requests. */
export const changeRulesQuery = (dataset: string) =>
  queryOptions({
    queryKey: ["changes", "rules", dataset],
    queryFn: ({ signal }) => api.call("changeRules.get", { params: { dataset }, signal }),
  });

export function useSetChangeRules() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ dataset, body, version }: { readonly dataset: string; readonly body: CallRequest<"changeRules.set">["body"]; readonly version: number }) =>
      api.call("changeRules.set", { params: { dataset }, body, version }),
    onSettled: () => client.invalidateQueries({ queryKey: ["changes"] }),
  });
}

/** How a row, or one cell of it, came to be; newest first. */
export const rowHistoryQuery = (dataset: string, key: string, column: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ["datasets", "row-history", dataset, key, column],
    queryFn: ({ pageParam, signal }) =>
      api.call("datasets.rowHistory", { params: { dataset }, query: { key, ...compact({ column, cursor: pageParam }), limit: 20 }, signal }),
    retry: false,
    ...keyset,
  });
