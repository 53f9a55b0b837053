import type { CallRequest } from "@granary/client";
import { infiniteQueryOptions, queryOptions, useMutation } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";

type ListQuery = NonNullable<CallRequest<"activity.list">["query"]>;
export type ActivityFilters = Omit<ListQuery, "cursor" | "limit" | "count">;

export const activityQuery = (filters: ActivityFilters, limit = 50) =>
  infiniteQueryOptions({
    queryKey: ["activity", "list", filters, limit],
    queryFn: ({ pageParam, signal }) => api.call("activity.list", { query: compact({ ...filters, cursor: pageParam, limit }), signal }),
    ...keyset,
  });

export const personActivityQuery = (user: string) =>
  infiniteQueryOptions({
    queryKey: ["activity", "person", user],
    queryFn: ({ pageParam, signal }) => api.call("activity.ofUser", { params: { user }, query: compact({ cursor: pageParam, limit: 20 }), signal }),
    ...keyset,
  });

export const activityTimelineQuery = (filters: ActivityFilters, zone: string, bucket: "hour" | "day") =>
  queryOptions({
    queryKey: ["activity", "timeline", filters, zone, bucket],
    queryFn: ({ signal }) => api.call("activity.timeline", { query: compact({ ...filters, zone, bucket }), signal }),
  });

export const activityHeatmapQuery = (filters: ActivityFilters, zone: string) =>
  queryOptions({
    queryKey: ["activity", "heatmap", filters, zone],
    queryFn: ({ signal }) => api.call("activity.heatmap", { query: compact({ ...filters, zone }), signal }),
  });

/** Walks the whole hash chain, part by part, and answers the first fault or how much was checked. */
export function useVerifyChain() {
  return useMutation({
    mutationFn: async () => {
      let after = 0;
      let checked = 0;
      for (;;) {
        const part = await api.call("activity.verify", { query: { after } });
        checked += part.checked;
        if (!part.ok || part.complete || part.last === null) return { ...part, checked };
        after = part.last;
      }
    },
  });
}
