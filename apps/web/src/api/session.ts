import type { SessionInfo } from "@granary/protocol";
import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import type { CallRequest } from "@granary/client";
import { api } from "./client.ts";

/** Who is signed in and what they may do in the workspace of the address. */
export const sessionQuery = () =>
  queryOptions({ queryKey: ["session"], queryFn: ({ signal }) => api.call("account.sessionInfo", { signal }), staleTime: 60_000 });

/** The session of a page below the shell, which has loaded it before. */
export function useSession(): SessionInfo {
  return useSuspenseQuery(sessionQuery()).data;
}

/** Whether the signed-in person holds a permission here. */
export function useMay(permission: SessionInfo["permissions"][number]): boolean {
  return useSession().permissions.includes(permission);
}

export function useUpdateAccount() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (request: CallRequest<"account.update">) => api.call("account.update", request),
    onSuccess: (user) => {
      client.setQueryData(sessionQuery().queryKey, (session) => (session === undefined ? undefined : { ...session, user }));
    },
    onError: () => client.invalidateQueries({ queryKey: sessionQuery().queryKey }),
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({ mutationFn: () => api.call("auth.logout"), onSuccess: () => client.clear() });
}
