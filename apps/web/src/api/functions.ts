import type { CallRequest } from "@granary/client";
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";

/** The built-in functions of expressions; they change with the program alone. */
export const functionsQuery = () =>
  queryOptions({ queryKey: ["functions"], queryFn: ({ signal }) => api.call("functions.list", { signal }), staleTime: Number.POSITIVE_INFINITY });

export const transformationsQuery = (q?: string) =>
  infiniteQueryOptions({
    queryKey: ["transformations", "list", q],
    queryFn: ({ pageParam, signal }) => api.call("transformations.list", { query: compact({ q, cursor: pageParam }), signal }),
    ...keyset,
  });

export const transformationQuery = (transformation: string) =>
  queryOptions({
    queryKey: ["transformations", "one", transformation],
    queryFn: ({ signal }) => api.call("transformations.get", { params: { transformation }, signal }),
  });

export const transformationVersionsQuery = (transformation: string) =>
  infiniteQueryOptions({
    queryKey: ["transformations", "versions", transformation],
    queryFn: ({ pageParam, signal }) => api.call("transformations.versions", { params: { transformation }, query: compact({ cursor: pageParam }), signal }),
    ...keyset,
  });

function useTransformationChange<V, R>(mutationFn: (variables: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries({ queryKey: ["transformations"] }) });
}

type Body<I extends "transformations.create" | "transformations.try"> = CallRequest<I>["body"];

export const useCreateTransformation = () => useTransformationChange((body: Body<"transformations.create">) => api.call("transformations.create", { body }));
export const useUpdateTransformation = () =>
  useTransformationChange((request: CallRequest<"transformations.update">) => api.call("transformations.update", request));
export const useTryTransformation = () => useMutation({ mutationFn: (body: Body<"transformations.try">) => api.call("transformations.try", { body }) });

/** What was deleted is not read again: its page is left. */
export function useDeleteTransformation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (transformation: string) => api.call("transformations.delete", { params: { transformation } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["transformations", "list"] }),
  });
}
