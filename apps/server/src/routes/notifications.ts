import { listNotifications, markNotificationsRead } from "@granary/core/notifications";
import type { notificationRoutes } from "@granary/protocol";
import type { HandlersOf } from "../http/answer.ts";

export const notificationHandlers: HandlersOf<typeof notificationRoutes> = {
  "notifications.list": (ctx, { query }) => listNotifications(ctx, query),
  "notifications.read": (ctx, { body }) => markNotificationsRead(ctx, body),
};
