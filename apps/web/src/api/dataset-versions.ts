import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";

export const versionsQuery = (dataset: string) =>
  infiniteQueryOptions({
    queryKey: ["datasets", "versions", dataset],
    queryFn: ({ pageParam, signal }) => api.call("datasets.versions", { params: { dataset }, query: compact({ cursor: pageParam }), signal }),
    ...keyset,
  });

/** A version by number or name. */
export const versionQuery = (dataset: string, version: string) =>
  queryOptions({
    queryKey: ["datasets", "version", dataset, version],
    queryFn: ({ signal }) => api.call("datasets.version", { params: { dataset, version }, signal }),
    retry: false,
  });

export type ChangeKindChoice = "added" | "removed" | "modified";

/** What differs between two versions; each page brings more of the changed rows. */
export const differenceQuery = (dataset: string, from: string, to: string, kind: ChangeKindChoice | undefined) =>
  infiniteQueryOptions({
    queryKey: ["datasets", "difference", dataset, from, to, kind],
    queryFn: ({ pageParam, signal }) => api.call("datasets.diff", { params: { dataset }, query: compact({ from, to, kind, cursor: pageParam }), signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    ...keyset,
  });

function useVersionChange<V, R>(mutationFn: (variables: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => client.invalidateQueries({ queryKey: ["datasets"] }) });
}

interface VersionOf {
  readonly dataset: string;
  readonly version: number;
}

/** Gives a version a name, or takes it away when there is none. */
export const useNameVersion = () =>
  useVersionChange(({ name, dataset, version }: VersionOf & { readonly name: string | undefined }) => {
    const params = { dataset, version: String(version) };
    return name === undefined ? api.call("datasets.unnameVersion", { params }) : api.call("datasets.nameVersion", { params, body: { name } });
  });

export const useRestoreVersion = () =>
  useVersionChange(({ dataset, version, reason }: VersionOf & { readonly reason: string }) =>
    api.call("datasets.restoreVersion", { params: { dataset, version: String(version) }, body: { reason } }),
  );
