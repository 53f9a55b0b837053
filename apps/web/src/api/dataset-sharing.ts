import type { CallRequest } from "@granary/client";
import { infiniteQueryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";

export const permissionsQuery = (dataset: string) =>
  infiniteQueryOptions({
    queryKey: ["datasets", "permissions", dataset],
    queryFn: ({ pageParam, signal }) => api.call("datasetPermissions.list", { params: { dataset }, query: compact({ cursor: pageParam }), signal }),
    ...keyset,
  });

type Role = "decide" | "mine";

export const accessRequestsQuery = (role: Role, state?: "pending") =>
  infiniteQueryOptions({
    queryKey: ["access-requests", role, state],
    queryFn: ({ pageParam, signal }) => api.call("accessRequests.list", { query: compact({ role, state, cursor: pageParam }), signal }),
    ...keyset,
  });

function useSharingChange<V, R>(mutationFn: (variables: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: ["datasets"] }), client.invalidateQueries({ queryKey: ["access-requests"] })]),
  });
}

export const useShare = () => useSharingChange((request: CallRequest<"datasetPermissions.grant">) => api.call("datasetPermissions.grant", request));
export const useChangeGrant = () => useSharingChange((request: CallRequest<"datasetPermissions.update">) => api.call("datasetPermissions.update", request));
export const useRevoke = () =>
  useSharingChange((params: CallRequest<"datasetPermissions.revoke">["params"]) => api.call("datasetPermissions.revoke", { params }));
export const useAskForAccess = () => useSharingChange((request: CallRequest<"accessRequests.create">) => api.call("accessRequests.create", request));
export const useApprove = () => useSharingChange((request: CallRequest<"accessRequests.approve">) => api.call("accessRequests.approve", request));
export const useDeny = () => useSharingChange((request: CallRequest<"accessRequests.deny">) => api.call("accessRequests.deny", request));
export const useWithdraw = () =>
  useSharingChange((params: CallRequest<"accessRequests.withdraw">["params"]) => api.call("accessRequests.withdraw", { params }));
