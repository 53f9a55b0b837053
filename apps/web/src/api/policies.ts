import type { CallRequest } from "@granary/client";
import type { PolicyEffect } from "@granary/protocol";
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";
import { saveFile } from "./save-file.ts";

export interface PolicyChoice {
  readonly q?: string | undefined;
  readonly effect?: PolicyEffect | undefined;
}

export const policiesQuery = (choice: PolicyChoice) =>
  infiniteQueryOptions({
    queryKey: ["policies", "list", choice],
    queryFn: ({ pageParam, signal }) => api.call("policies.list", { query: compact({ ...choice, cursor: pageParam }), signal }),
    ...keyset,
  });

/** What somebody sees of a dataset and why; the reader themselves when nobody is named. */
export const accessQuery = (dataset: string, user?: string) =>
  queryOptions({
    queryKey: ["datasets", "access", dataset, user],
    queryFn: ({ signal }) => api.call("access.explain", { params: { dataset }, query: compact({ user }), signal }),
  });

function usePolicyChange<V, R>(mutationFn: (variables: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: ["policies"] }), client.invalidateQueries({ queryKey: ["datasets"] })]),
  });
}

export const useCreatePolicy = () => usePolicyChange((body: CallRequest<"policies.create">["body"]) => api.call("policies.create", { body }));
export const useUpdatePolicy = () => usePolicyChange((request: CallRequest<"policies.update">) => api.call("policies.update", request));
export const useDeletePolicy = () => usePolicyChange((request: CallRequest<"policies.delete">) => api.call("policies.delete", request));
export const useImportPolicies = () => usePolicyChange((body: CallRequest<"policies.import">["body"]) => api.call("policies.import", { body }));
export const usePreviewPolicy = () => useMutation({ mutationFn: (body: CallRequest<"policies.preview">["body"]) => api.call("policies.preview", { body }) });

/** Saves the policies people wrote as a YAML file. */
export async function exportPolicies(): Promise<void> {
  await saveFile(await api.download("policies.export"), "policies.yaml");
}
