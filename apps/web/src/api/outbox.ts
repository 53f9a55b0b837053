import type { CallRequest } from "@granary/client";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";

type ListQuery = NonNullable<CallRequest<"outbox.list">["query"]>;

export const outboxQuery = (status?: ListQuery["status"]) =>
  infiniteQueryOptions({
    queryKey: ["outbox", "list", status],
    queryFn: ({ pageParam, signal }) => api.call("outbox.list", { query: compact({ cursor: pageParam, status }), signal }),
    ...keyset,
  });

export const mailQuery = (params: CallRequest<"outbox.get">["params"]) =>
  queryOptions({ queryKey: ["outbox", "one", params.id], queryFn: ({ signal }) => api.call("outbox.get", { params, signal }) });
