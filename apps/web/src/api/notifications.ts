import type { CallRequest } from "@granary/client";
import { infiniteQueryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";

export const notificationsQuery = () =>
  infiniteQueryOptions({
    queryKey: ["notifications"],
    queryFn: ({ pageParam, signal }) => api.call("notifications.list", { query: compact({ cursor: pageParam, limit: 20 }), signal }),
    ...keyset,
  });

export function useReadNotifications() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: CallRequest<"notifications.read">["body"]) => api.call("notifications.read", { body }),
    onSettled: () => client.invalidateQueries({ queryKey: ["notifications"] }),
  });
}
