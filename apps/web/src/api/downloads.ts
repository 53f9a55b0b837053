import type { Download } from "@granary/protocol";
import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";
import { saveFile } from "./save-file.ts";

/** While a file is being made, its state is looked at so often. */
const LOOK_AGAIN_MS = 3_000;

export interface DownloadFilters {
  readonly q?: string | undefined;
  /** For its owners: whatever was taken out of this dataset. */
  readonly dataset?: string | undefined;
}

/** What this person downloaded, or what anybody took out of a dataset of theirs. */
export const downloadsQuery = ({ q, dataset }: DownloadFilters) =>
  infiniteQueryOptions({
    queryKey: ["downloads", dataset, q],
    queryFn: ({ pageParam, signal }) => {
      const query = compact({ q, cursor: pageParam });
      return dataset === undefined ? api.call("downloads.list", { query, signal }) : api.call("datasets.downloads", { params: { dataset }, query, signal });
    },
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.pages.some(({ items }) => items.some(({ status }) => status === "waiting")) === true ? LOOK_AGAIN_MS : false),
    ...keyset,
  });

/** One download of this person. */
export const downloadQuery = (download: Download["id"]) =>
  queryOptions({
    queryKey: ["downloads", "one", download],
    queryFn: ({ signal }) => api.call("downloads.get", { params: { download }, signal }),
    retry: false,
  });

/** Saves a file that a job made. */
export function useFetchFile() {
  return useMutation({
    mutationFn: async ({ id, fileName }: Download) => saveFile(await api.download("downloads.file", { params: { download: id } }), fileName),
  });
}

/** Stops a download that is being made, or removes its file. */
export function useDropFile() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (download: Download["id"]) => api.call("downloads.delete", { params: { download } }),
    onSettled: () => client.invalidateQueries({ queryKey: ["downloads"] }),
  });
}
