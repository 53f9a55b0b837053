import type { CallRequest } from "@granary/client";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";
import { sessionQuery } from "./session.ts";

export const settingsQuery = () => queryOptions({ queryKey: ["settings", "all"], queryFn: ({ signal }) => api.call("settings.get", { signal }) });
export const safeguardQuery = () =>
  queryOptions({ queryKey: ["settings", "safeguard"], queryFn: ({ signal }) => api.call("settings.getSafeguard", { signal }) });

function useSettingsChange<V, R>(mutationFn: (variables: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: ["settings"] }), client.invalidateQueries({ queryKey: sessionQuery().queryKey })]),
  });
}

export const useRenameWorkspace = () => useSettingsChange((request: CallRequest<"workspaces.update">) => api.call("workspaces.update", request));
export const useUpdateSettings = () => useSettingsChange((request: CallRequest<"settings.update">) => api.call("settings.update", request));
export const useTestMail = () => useSettingsChange((to: string) => api.call("settings.testMail", { body: { to } }));
export const useSetSafeguard = () => useSettingsChange((body: CallRequest<"settings.setSafeguard">["body"]) => api.call("settings.setSafeguard", { body }));

export function useCreateWorkspace() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: CallRequest<"workspaces.create">["body"]) => api.call("workspaces.create", { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: sessionQuery().queryKey }),
  });
}
