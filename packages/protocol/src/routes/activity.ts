import { z } from "zod";
import { EVENTS, type EventType } from "../events.ts";
import { route } from "../route.ts";
import { id, instant, page, pageQuery } from "../schemas.ts";

export const ACTIVITY_AREAS = ["authentication", "administration", "data", "pipelines", "system"] as const;
export type ActivityArea = (typeof ACTIVITY_AREAS)[number];

const area = z.enum(ACTIVITY_AREAS);
const eventType = z.enum(Object.keys(EVENTS) as [EventType, ...EventType[]]);
const result = z.enum(["success", "denied", "failure"]);

/** One line of the activity log. */
export const activityEntry = z
  .object({
    id: id("event"),
    type: z.string(),
    area,
    text: z.string().describe("A sentence for people"),
    actor: z.object({ kind: z.enum(["user", "api_key", "system", "anonymous"]), id: z.string().nullable(), label: z.string() }),
    subject: z.object({ kind: z.string(), id: z.string().nullable(), label: z.string() }),
    result,
    data: z.record(z.string(), z.unknown()).describe("Details, such as the values before and after"),
    ip: z.string().nullable(),
    userAgent: z.string().nullable(),
    requestId: z.string().nullable(),
    position: z.number().int().nullable().describe("Place in the hash chain; null for the moment before it is placed"),
    hash: z.string().nullable().describe("Hash of this entry and all before it, hexadecimal"),
    at: instant,
  })
  .meta({ id: "ActivityEntry" });

export type ActivityEntry = z.infer<typeof activityEntry>;

/** Repeats (`type=a&type=b`) and commas (`type=a,b`) mean the same. */
export const several = <T extends z.ZodType<unknown, string>>(item: T) =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((value) => (Array.isArray(value) ? value : [value]).flatMap((part) => part.split(",")).map((part) => part.trim()))
    .pipe(z.array(item).min(1).max(50));

const filterShape = {
  type: several(eventType).optional(),
  area: several(area).optional(),
  actor: z.string().max(64).optional().describe("Id of a person or API key"),
  subject: z.string().max(64).optional().describe("Id of what it happened to"),
  result: result.optional(),
  ip: z.string().max(64).optional(),
  text: z.string().trim().min(1).max(100).optional().describe("Part of the labels or of the address"),
  from: instant.optional(),
  to: instant.optional().describe("Exclusive"),
  of: z.enum(["workspace", "instance"]).default("workspace").describe("`instance`: what belongs to no workspace; for administrators of the installation"),
};

const filters = z.strictObject(filterShape);

export type ActivityFilters = z.infer<typeof filters>;

const listQuery = pageQuery.extend({ ...filterShape, count: z.stringbool().default(false).describe("Also count, up to 10,000") });

const activityPage = page(activityEntry).extend({
  total: z
    .object({ count: z.number().int(), capped: z.boolean().describe("There are more") })
    .nullable()
    .describe("Only when `count` was asked"),
});

/** Names alone: PostgreSQL reads the sign of an offset the other way round. */
function isZoneName(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z_]*(\/[A-Za-z0-9_+-]+)*$/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** A time zone by its name. */
export const zone = z
  .string()
  .max(64)
  .refine(isZoneName, "must be a time zone name such as Europe/Zurich")
  .default("UTC")
  .describe("Time zone of days, weekdays and hours");

/** What recomputing a part of a hash chain showed. */
export const chainReport = z
  .object({
    ok: z.boolean(),
    checked: z.number().int(),
    first: z.number().int().nullable(),
    last: z.number().int().nullable(),
    complete: z.boolean(),
    broken: z.object({ position: z.number().int(), reason: z.enum(["changed", "missing"]) }).nullable(),
    head: z.string().nullable().describe("Hash of the last checked entry, to compare with one kept elsewhere"),
  })
  .meta({ id: "ChainReport" });

/** Who did what, when, from where, with which result. */
export const activityRoutes = {
  "activity.list": route({
    method: "GET",
    path: "/admin/activity-logs",
    aliases: ["/audit"],
    tag: "Activity",
    summary: "List what happened, newest first",
    description: "With `text`, a page may hold fewer entries than asked although more follow; go on while `next` is not null.",
    access: "activity:read",
    query: listQuery,
    responses: { 200: activityPage },
  }),
  "activity.timeline": route({
    method: "GET",
    path: "/admin/activity-logs/timeline",
    tag: "Activity",
    summary: "Count what happened by hour or day",
    access: "activity:read",
    query: filters.extend({ bucket: z.enum(["hour", "day"]).default("day"), zone }),
    responses: {
      200: z.object({
        from: instant,
        to: instant,
        bucket: z.enum(["hour", "day"]),
        buckets: z.array(z.object({ at: instant, total: z.number().int(), areas: z.record(area, z.number().int()), denied: z.number().int() })),
      }),
    },
  }),
  "activity.heatmap": route({
    method: "GET",
    path: "/admin/activity-logs/heatmap",
    tag: "Activity",
    summary: "Count what happened by weekday and hour",
    access: "activity:read",
    query: filters.extend({ zone }),
    responses: {
      200: z.object({
        from: instant,
        to: instant,
        cells: z.array(z.object({ weekday: z.number().int().describe("1 Monday to 7 Sunday"), hour: z.number().int(), total: z.number().int() })),
        max: z.number().int(),
      }),
    },
  }),
  "activity.export": route({
    method: "GET",
    path: "/admin/activity-logs/export",
    tag: "Activity",
    summary: "Download the activity log",
    access: "activity:export",
    query: filters.extend({ format: z.enum(["csv", "json"]).default("csv") }),
    responses: { 200: "bytes" },
  }),
  "activity.verify": route({
    method: "GET",
    path: "/admin/activity-logs/verify",
    tag: "Activity",
    summary: "Recompute the hash chain over the activity log",
    description: "Checks up to `limit` entries after a position; go on from `last` until `complete`.",
    access: "activity:read",
    query: z.strictObject({ after: z.coerce.number().int().min(0).default(0), limit: z.coerce.number().int().min(1).max(200_000).default(100_000) }),
    responses: { 200: chainReport },
  }),
  "activity.ofUser": route({
    method: "GET",
    path: "/admin/activity-logs/{user}",
    tag: "Activity",
    summary: "List what a person did, newest first",
    access: "activity:read",
    params: z.strictObject({ user: z.string().min(1).max(254).describe("Id or e-mail address") }),
    query: listQuery.omit({ actor: true }),
    responses: { 200: activityPage },
    errors: ["user.not_found"],
  }),
} as const;
