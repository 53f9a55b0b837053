import { infiniteQueryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { Session } from "@granary/protocol";
import { api } from "./client.ts";
import { keyset } from "./list.ts";

export const sessionsQuery = () =>
  infiniteQueryOptions({
    queryKey: ["sessions"],
    queryFn: ({ pageParam, signal }) => api.call("auth.sessions", { query: pageParam === undefined ? {} : { cursor: pageParam }, signal }),
    ...keyset,
  });

export function useEndSession() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: Session["id"]) => api.call("auth.endSession", { params: { id } }),
    onSettled: () => client.invalidateQueries({ queryKey: ["sessions"] }),
  });
}

export function useEndOtherSessions() {
  const client = useQueryClient();
  return useMutation({ mutationFn: () => api.call("auth.endOtherSessions"), onSettled: () => client.invalidateQueries({ queryKey: ["sessions"] }) });
}
