import type { Id } from "@granary/kernel";
import type { Notification } from "@granary/protocol";
import type { NotificationRow } from "./store.ts";

/** A notification as its owner sees it. */
export function presentNotification(row: NotificationRow): Notification {
  return {
    id: row.id as Id<"notification">,
    kind: row.kind,
    title: row.title,
    body: row.body,
    link: row.link,
    createdAt: row.created_at.toISOString(),
    readAt: row.read_at?.toISOString() ?? null,
    can: { read: row.read_at === null },
  };
}
