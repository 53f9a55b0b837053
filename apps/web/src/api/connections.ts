import type { CallRequest } from "@granary/client";
import type { ConnectorKind } from "@granary/protocol";
import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";

export interface ConnectionChoice {
  readonly q?: string | undefined;
  readonly kind?: ConnectorKind | undefined;
}

type Body<I extends "connectors.create" | "connectors.tryOut" | "connectors.openapi"> = CallRequest<I>["body"];
type StreamRequest = CallRequest<"connectors.preview">["body"];

/** Every kind of system that can be connected; it changes with the program alone. */
export const connectorKindsQuery = () =>
  queryOptions({ queryKey: ["connector-kinds"], queryFn: ({ signal }) => api.call("connectors.kinds", { signal }), staleTime: Number.POSITIVE_INFINITY });

export const connectionsQuery = (choice: ConnectionChoice) =>
  infiniteQueryOptions({
    queryKey: ["connections", "list", choice],
    queryFn: ({ pageParam, signal }) => api.call("connectors.list", { query: compact({ ...choice, cursor: pageParam }), signal }),
    ...keyset,
  });

export const connectionQuery = (connection: string) =>
  queryOptions({ queryKey: ["connections", "one", connection], queryFn: ({ signal }) => api.call("connectors.get", { params: { connection }, signal }) });

/** What can be read from a connection, as it was discovered last. */
export const streamsQuery = (connection: string, q?: string) =>
  queryOptions({
    queryKey: ["connections", "streams", connection, q],
    queryFn: ({ signal }) => api.call("connectors.schema", { params: { connection }, query: compact({ q }), signal }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });

/** The first rows of a stream, read from the source itself. */
export const streamPreviewQuery = (connection: string, stream: StreamRequest) =>
  queryOptions({
    queryKey: ["connection-preview", connection, stream],
    queryFn: ({ signal }) => api.call("connectors.preview", { params: { connection }, body: stream, signal }),
    staleTime: 60_000,
    retry: false,
  });

function useConnectionChange<V, R>(mutationFn: (variables: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries({ queryKey: ["connections"] }) });
}

export const useCreateConnection = () => useConnectionChange((body: Body<"connectors.create">) => api.call("connectors.create", { body }));
export const useUpdateConnection = () => useConnectionChange((request: CallRequest<"connectors.update">) => api.call("connectors.update", request));
export const useTestConnection = () => useConnectionChange((connection: string) => api.call("connectors.test", { params: { connection } }));
/** Asks the source anew and answers what changed since. */
export const useRefreshStreams = () =>
  useConnectionChange((connection: string) => api.call("connectors.schema", { params: { connection }, query: { refresh: "true" } }));

/** What was deleted is not read again: its page is left. */
export function useDeleteConnection() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (connection: string) => api.call("connectors.delete", { params: { connection } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["connections", "list"] }),
  });
}

/** One stream by its settings, for endpoints and files that the source does not list. */
export const useDiscoverStream = () =>
  useMutation({
    mutationFn: ({ connection, body }: { readonly connection: string; readonly body: CallRequest<"connectors.stream">["body"] }) =>
      api.call("connectors.stream", { params: { connection }, body }),
  });

export const useTryConnection = () => useMutation({ mutationFn: (body: Body<"connectors.tryOut">) => api.call("connectors.tryOut", { body }) });
export const useReadOpenApi = () => useMutation({ mutationFn: (body: Body<"connectors.openapi">) => api.call("connectors.openapi", { body }) });
