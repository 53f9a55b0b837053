import type { CallRequest } from "@granary/client";
import { infiniteQueryOptions, queryOptions, useMutation } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";
import { saveFile } from "./save-file.ts";

type ListQuery = NonNullable<CallRequest<"accessLogs.list">["query"]>;
export type AccessLogFilters = Omit<ListQuery, "cursor" | "limit">;

export const accessLogQuery = (filters: AccessLogFilters) =>
  infiniteQueryOptions({
    queryKey: ["access-log", "list", filters],
    queryFn: ({ pageParam, signal }) => api.call("accessLogs.list", { query: compact({ ...filters, cursor: pageParam }), signal }),
    ...keyset,
  });

export const accessTimelineQuery = (filters: AccessLogFilters, zone: string) =>
  queryOptions({
    queryKey: ["access-log", "timeline", filters, zone],
    queryFn: ({ signal }) => api.call("accessLogs.timeline", { query: compact({ ...filters, zone }), signal }),
  });

export const datasetReadersQuery = (dataset: string, column: string | null) =>
  queryOptions({
    queryKey: ["access-log", "readers", dataset, column],
    queryFn: ({ signal }) => api.call("accessLogs.readers", { params: { dataset }, query: column === null ? {} : { column }, signal }),
  });

/** Who read rows of a version in which the row with this key is. */
export const rowReadersQuery = (dataset: string, key: readonly string[]) =>
  queryOptions({
    queryKey: ["access-log", "row-readers", dataset, key],
    queryFn: ({ signal }) => api.call("accessLogs.readers", { params: { dataset }, query: { key: JSON.stringify(key) }, signal }),
    retry: false,
  });

/** Saves the entries that fit the filters as a file. */
export async function exportAccessLog(filters: AccessLogFilters): Promise<void> {
  await saveFile(await api.download("accessLogs.export", { query: compact(filters) }), "access-log.csv");
}

/** Walks the whole hash chain, part by part, and answers the first fault or how much was checked. */
export function useVerifyAccessChain() {
  return useMutation({
    mutationFn: async () => {
      let after = 0;
      let checked = 0;
      for (;;) {
        const part = await api.call("accessLogs.verify", { query: { after } });
        checked += part.checked;
        if (!part.ok || part.complete || part.last === null) return { ...part, checked };
        after = part.last;
      }
    },
  });
}
