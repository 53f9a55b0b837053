import type { CallRequest } from "@granary/client";
import type { Entity, PersonalDataFinding } from "@granary/protocol";
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";

type State = PersonalDataFinding["state"];
/** While a look runs the page asks again, as its progress belongs to those who see jobs. */
const WHILE_LOOKING_MS = 1_500;

export const findingsQuery = (state: State, entity?: Entity) =>
  infiniteQueryOptions({
    queryKey: ["datasets", "findings", state, entity],
    queryFn: ({ pageParam, signal }) => api.call("personalData.list", { query: compact({ state, entity, cursor: pageParam }), signal }),
    ...keyset,
  });

export const personalDataQuery = (dataset: string) =>
  queryOptions({
    queryKey: ["datasets", "personal-data", dataset],
    queryFn: ({ signal }) => api.call("personalData.ofDataset", { params: { dataset }, signal }),
    refetchInterval: ({ state }) => (state.data?.runningJob == null ? false : WHILE_LOOKING_MS),
  });

export const personalDataSettingsQuery = () =>
  queryOptions({ queryKey: ["personal-data", "settings"], queryFn: ({ signal }) => api.call("personalData.settings", { signal }) });

function usePersonalDataChange<V, R>(mutationFn: (variables: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => client.invalidateQueries({ queryKey: ["datasets"] }) });
}

type Params = CallRequest<"personalData.scan">["params"];

export const useStartScan = () => usePersonalDataChange((params: Params) => api.call("personalData.scan", { params }));
export const useCancelScan = () => usePersonalDataChange((params: Params) => api.call("personalData.cancelScan", { params }));
export const useRelease = () => usePersonalDataChange((params: Params) => api.call("personalData.release", { params }));

/** What can be said about a finding. */
export type Verdict = "accept" | "mask" | "refuse";

function decide({ dataset, id }: PersonalDataFinding, verdict: Verdict): Promise<PersonalDataFinding> {
  const params = { dataset: dataset.id, finding: id };
  if (verdict === "refuse") return api.call("personalData.refuse", { params });
  return api.call("personalData.accept", { params, body: { mask: verdict === "mask" } });
}

/** Decides about findings one after the other; throws the first refusal when all were tried. */
export const useDecide = () =>
  usePersonalDataChange(async ({ findings, verdict }: { readonly findings: readonly PersonalDataFinding[]; readonly verdict: Verdict }) => {
    const failures: unknown[] = [];
    for (const finding of findings) await decide(finding, verdict).catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  });

export function useUpdatePersonalDataSettings() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ body, version }: { readonly body: CallRequest<"personalData.updateSettings">["body"]; readonly version: number }) =>
      api.call("personalData.updateSettings", { body, version }),
    onSuccess: (settings) => client.setQueryData(personalDataSettingsQuery().queryKey, settings),
  });
}
