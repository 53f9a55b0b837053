import { z } from "zod";
import { route } from "../route.ts";
import { can, id, instant, pageQuery } from "../schemas.ts";

export const notification = z
  .object({
    id: id("notification"),
    /** What it is about: `noun.verbed`, such as `job.failed`. */
    kind: z.string(),
    title: z.string(),
    body: z.string(),
    /** A path of the web application. */
    link: z.string().nullable(),
    createdAt: instant,
    readAt: instant.nullable(),
    can: can("read"),
  })
  .meta({ id: "Notification" });

export type Notification = z.infer<typeof notification>;

/** Unread notifications are counted up to this; beyond it the answer stays there. */
export const MAX_UNREAD_COUNTED = 100;

export const notificationRoutes = {
  "notifications.list": route({
    method: "GET",
    path: "/notifications",
    tag: "Notifications",
    summary: "List your notifications, newest first",
    description: `\`unread\` counts up to ${MAX_UNREAD_COUNTED}.`,
    access: "signed_in",
    query: pageQuery.extend({ unread: z.stringbool().optional().describe("Only those you have not read") }),
    responses: { 200: z.object({ items: z.array(notification), next: z.string().nullable(), unread: z.number().int() }) },
  }),
  "notifications.read": route({
    method: "POST",
    path: "/notifications/read",
    tag: "Notifications",
    summary: "Mark notifications as read",
    access: "signed_in",
    body: z.union([z.strictObject({ ids: z.array(id("notification")).min(1).max(200) }), z.strictObject({ all: z.literal(true) })]),
    responses: { 200: z.object({ unread: z.number().int() }) },
  }),
} as const;
