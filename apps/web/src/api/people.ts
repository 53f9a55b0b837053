import type { CallRequest } from "@granary/client";
import type { RouteRequest, Routes } from "@granary/protocol";
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";

type ListQuery = NonNullable<RouteRequest<Routes["users.list"]>["query"]>;
export type PeopleFilters = Pick<ListQuery, "search" | "role" | "status" | "group" | "sort">;

export const peopleQuery = (filters: PeopleFilters = {}) =>
  infiniteQueryOptions({
    queryKey: ["people", "list", filters],
    queryFn: ({ pageParam, signal }) => api.call("users.list", { query: compact({ ...filters, cursor: pageParam }), signal }),
    ...keyset,
  });

export const personQuery = (user: string) =>
  queryOptions({ queryKey: ["people", "one", user], queryFn: ({ signal }) => api.call("users.get", { params: { user }, signal }) });

export const invitationsQuery = () =>
  infiniteQueryOptions({
    queryKey: ["invitations"],
    queryFn: ({ pageParam, signal }) => api.call("invitations.list", { query: compact({ cursor: pageParam, status: "waiting" as const }), signal }),
    ...keyset,
  });

function usePeopleChange<V, R>(mutationFn: (variables: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["people"] }),
        client.invalidateQueries({ queryKey: ["invitations"] }),
        client.invalidateQueries({ queryKey: ["groups"] }),
      ]),
  });
}

export const useCreatePerson = () => usePeopleChange((body: CallRequest<"users.create">["body"]) => api.call("users.create", { body }));
export const useUpdatePerson = () => usePeopleChange((request: CallRequest<"users.update">) => api.call("users.update", request));
export const useSetRoles = () => usePeopleChange((request: CallRequest<"users.setRoles">) => api.call("users.setRoles", request));
export const useBulkPeople = () => usePeopleChange((body: CallRequest<"users.bulk">["body"]) => api.call("users.bulk", { body }));
export const useInvitePeople = () => usePeopleChange((body: CallRequest<"invitations.create">["body"]) => api.call("invitations.create", { body }));
export const useResendInvitation = () => usePeopleChange((params: CallRequest<"invitations.resend">["params"]) => api.call("invitations.resend", { params }));
export const useRevokeInvitation = () => usePeopleChange((params: CallRequest<"invitations.revoke">["params"]) => api.call("invitations.revoke", { params }));
export const useResetPersonPassword = () => usePeopleChange((user: string) => api.call("users.resetPassword", { params: { user } }));
export const useSetInstanceAdmin = () =>
  usePeopleChange(({ user, instanceAdmin }: { user: string; instanceAdmin: boolean }) =>
    api.call("users.setInstanceAdmin", { params: { user }, body: { instanceAdmin } }),
  );

const VERBS = { activate: "users.activate", deactivate: "users.deactivate", unlock: "users.unlock", remove: "users.remove" } as const;

/** What can be done to a person in one step. */
export type PersonVerb = keyof typeof VERBS;

export const usePersonVerb = () =>
  usePeopleChange(async ({ user, verb }: { user: string; verb: PersonVerb }): Promise<void> => {
    await api.call(VERBS[verb], { params: { user } });
  });
