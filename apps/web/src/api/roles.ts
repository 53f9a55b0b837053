import { queryOptions } from "@tanstack/react-query";
import { api } from "./client.ts";

export const rolesQuery = () => queryOptions({ queryKey: ["roles", "list"], queryFn: ({ signal }) => api.call("roles.list", { signal }), staleTime: 300_000 });
export const roleMatrixQuery = () =>
  queryOptions({ queryKey: ["roles", "matrix"], queryFn: ({ signal }) => api.call("roles.matrix", { signal }), staleTime: 300_000 });
export const permissionsQuery = () =>
  queryOptions({ queryKey: ["roles", "permissions"], queryFn: ({ signal }) => api.call("permissions.list", { signal }), staleTime: 300_000 });
