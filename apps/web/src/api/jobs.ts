import type { CallRequest } from "@granary/client";
import type { Job } from "@granary/protocol";
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";

type ListQuery = NonNullable<CallRequest<"jobs.list">["query"]>;
export type JobFilters = Pick<ListQuery, "state" | "name">;
type JobParams = CallRequest<"jobs.get">["params"];

export const jobsQuery = (filters: JobFilters) =>
  infiniteQueryOptions({
    queryKey: ["jobs", "list", filters],
    queryFn: ({ pageParam, signal }) => api.call("jobs.list", { query: compact({ ...filters, cursor: pageParam }), signal }),
    ...keyset,
  });

export const jobStatsQuery = () => queryOptions({ queryKey: ["jobs", "stats"], queryFn: ({ signal }) => api.call("jobs.stats", { signal }) });
export const jobQuery = (params: JobParams) =>
  queryOptions({ queryKey: ["jobs", "one", params.id], queryFn: ({ signal }) => api.call("jobs.get", { params, signal }) });

export const jobLogsQuery = (params: JobParams) =>
  infiniteQueryOptions({
    queryKey: ["jobs", "logs", params.id],
    queryFn: ({ pageParam, signal }) => api.call("jobs.logs", { params, query: compact({ cursor: pageParam, limit: 200 }), signal }),
    ...keyset,
  });

function useJobChange(mutationFn: (params: JobParams) => Promise<Job>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => client.invalidateQueries({ queryKey: ["jobs"] }) });
}

export const useCancelJob = () => useJobChange((params) => api.call("jobs.cancel", { params }));
export const useRetryJob = () => useJobChange((params) => api.call("jobs.retry", { params }));
