import type { CallRequest } from "@granary/client";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";

export const rolesQuery = () => queryOptions({ queryKey: ["roles", "list"], queryFn: ({ signal }) => api.call("roles.list", { signal }), staleTime: 300_000 });
export const roleMatrixQuery = () =>
  queryOptions({ queryKey: ["roles", "matrix"], queryFn: ({ signal }) => api.call("roles.matrix", { signal }), staleTime: 300_000 });
export const permissionsQuery = () =>
  queryOptions({ queryKey: ["roles", "permissions"], queryFn: ({ signal }) => api.call("permissions.list", { signal }), staleTime: 300_000 });

function useRoleChange<V, R>(mutationFn: (variables: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () => Promise.all(["roles", "people", "groups"].map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
}

export const useCreateRole = () => useRoleChange((body: CallRequest<"roles.create">["body"]) => api.call("roles.create", { body }));
export const useUpdateRole = () => useRoleChange((request: CallRequest<"roles.update">) => api.call("roles.update", request));
export const useDeleteRole = () => useRoleChange((request: CallRequest<"roles.delete">) => api.call("roles.delete", request));
