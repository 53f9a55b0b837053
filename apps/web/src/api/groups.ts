import type { CallRequest } from "@granary/client";
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";

export const groupsQuery = (search?: string) =>
  infiniteQueryOptions({
    queryKey: ["groups", "list", search],
    queryFn: ({ pageParam, signal }) => api.call("groups.list", { query: compact({ cursor: pageParam, search }), signal }),
    ...keyset,
  });

export const groupQuery = (group: string) =>
  queryOptions({ queryKey: ["groups", "one", group], queryFn: ({ signal }) => api.call("groups.get", { params: { group }, signal }) });

export const groupMembersQuery = (group: string) =>
  infiniteQueryOptions({
    queryKey: ["groups", "members", group],
    queryFn: ({ pageParam, signal }) => api.call("groups.listMembers", { params: { group }, query: compact({ cursor: pageParam }), signal }),
    ...keyset,
  });

function useGroupChange<V, R>(mutationFn: (variables: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: ["groups"] }), client.invalidateQueries({ queryKey: ["people"] })]),
  });
}

export const useCreateGroup = () => useGroupChange((body: CallRequest<"groups.create">["body"]) => api.call("groups.create", { body }));
export const useUpdateGroup = () => useGroupChange((request: CallRequest<"groups.update">) => api.call("groups.update", request));
export const useDeleteGroup = () => useGroupChange((group: string) => api.call("groups.delete", { params: { group } }));
export const useAddMembers = () => useGroupChange((request: CallRequest<"groups.addMembers">) => api.call("groups.addMembers", request));
export const useRemoveMember = () => useGroupChange((params: CallRequest<"groups.removeMember">["params"]) => api.call("groups.removeMember", { params }));
