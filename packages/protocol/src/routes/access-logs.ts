import { z } from "zod";
import { ACCESS_ACTION_NAMES } from "../access/actions.ts";
import { route } from "../route.ts";
import { id, instant, page, pageQuery } from "../schemas.ts";
import { chainReport, several, zone } from "./activity.ts";

const action = z.enum(ACCESS_ACTION_NAMES);
const decision = z.enum(["allowed", "denied"]);

/** One line of the access log. */
export const accessLogEntry = z
  .object({
    id: id("accessEntry"),
    at: instant,
    principal: z.object({ kind: z.enum(["user", "api_key", "system", "anonymous"]), id: z.string().nullable(), label: z.string() }),
    personId: z.string().nullable().describe("The person behind it: the principal, or whose key it is"),
    viewedAs: z.string().nullable().describe("Through whose eyes the person looked"),
    dataset: z
      .object({ id: id("dataset"), name: z.string() })
      .nullable()
      .describe("As it was called then"),
    version: z.number().int().nullable(),
    action,
    kind: z.enum(["read", "write", "refusal"]),
    stage: z.enum(["whole", "begin", "end"]).describe("What lasts has an entry at its begin and one with the counts at its end"),
    columns: z
      .array(z.object({ fieldId: z.number().int(), name: z.string(), masked: z.boolean() }))
      .describe("Shown, or asked about by a filter, an order or a search"),
    filtered: z.boolean().describe("A policy kept rows back"),
    rows: z.number().int().nullable(),
    purpose: z.string().nullable(),
    ip: z.string().nullable(),
    userAgent: z.string().nullable(),
    requestId: z.string().nullable(),
    decision,
    policyIds: z.array(z.string()),
    reason: z.string().nullable(),
    position: z.number().int().nullable().describe("Place in the hash chain; null for the moment before it is placed"),
    hash: z.string().nullable(),
  })
  .meta({ id: "AccessLogEntry" });

export type AccessLogEntry = z.infer<typeof accessLogEntry>;

/** Somebody who read a dataset, and how often. */
export const datasetReader = z
  .object({
    personId: z.string().nullable(),
    name: z.string(),
    times: z.number().int(),
    unmasked: z.number().int().describe("Times with the column as stored; without a column, times with any column as stored"),
    rows: z.number().int().describe("Rows shown or counted, those shown again counted again"),
    firstAt: instant,
    lastAt: instant,
    actions: z.array(action),
  })
  .meta({ id: "DatasetReader" });

export type DatasetReader = z.infer<typeof datasetReader>;

const filterShape = {
  person: z.string().max(254).optional().describe("Id or e-mail address; what was done with the person's keys is told too"),
  dataset: z.string().max(200).optional().describe("Id or name"),
  column: z.string().max(256).optional().describe("Name of a column; with `dataset`, under whichever name it had"),
  action: several(action).optional(),
  decision: decision.optional(),
  purpose: z.string().max(64).optional(),
  from: instant.optional(),
  to: instant.optional().describe("Exclusive"),
};

const filters = z.strictObject(filterShape);

export type AccessLogFilters = z.infer<typeof filters>;

const description =
  "For holders of `activity:read` or `policy:manage`; with `dataset`, also for its owners. A page may hold fewer entries than asked although more follow; go on while `next` is not null.";

/** Who read and wrote which data, and who was refused. */
export const accessLogRoutes = {
  "accessLogs.list": route({
    method: "GET",
    path: "/rbac/access-logs",
    tag: "Access log",
    summary: "List who read and wrote which data, newest first",
    description,
    access: "signed_in",
    query: pageQuery.extend(filterShape),
    responses: { 200: page(accessLogEntry) },
    errors: ["access.denied", "dataset.not_found", "user.not_found"],
  }),
  "accessLogs.denied": route({
    method: "GET",
    path: "/rbac/access-logs/denied",
    tag: "Access log",
    summary: "List refused attempts, newest first",
    description,
    access: "signed_in",
    query: pageQuery.extend(filterShape).omit({ decision: true }),
    responses: { 200: page(accessLogEntry) },
    errors: ["access.denied", "dataset.not_found", "user.not_found"],
  }),
  "accessLogs.timeline": route({
    method: "GET",
    path: "/rbac/access-logs/timeline",
    tag: "Access log",
    summary: "Count reads, writes and refusals by day",
    access: "signed_in",
    query: filters.extend({ zone }),
    responses: {
      200: z.object({
        from: instant,
        to: instant,
        buckets: z.array(z.object({ at: instant, reads: z.number().int(), writes: z.number().int(), denied: z.number().int() })),
      }),
    },
    errors: ["access.denied", "dataset.not_found", "user.not_found"],
  }),
  "accessLogs.export": route({
    method: "GET",
    path: "/rbac/access-logs/export",
    tag: "Access log",
    summary: "Download the access log as CSV",
    access: "activity:export",
    query: filters,
    responses: { 200: "bytes" },
    errors: ["dataset.not_found", "user.not_found"],
  }),
  "accessLogs.verify": route({
    method: "GET",
    path: "/rbac/access-logs/verify",
    tag: "Access log",
    summary: "Recompute the hash chain over the access log",
    description: "Checks up to `limit` entries after a position; go on from `last` until `complete`.",
    access: "activity:read",
    query: z.strictObject({ after: z.coerce.number().int().min(0).default(0), limit: z.coerce.number().int().min(1).max(200_000).default(100_000) }),
    responses: { 200: chainReport },
  }),
  "accessLogs.readers": route({
    method: "GET",
    path: "/datasets/{dataset}/readers",
    tag: "Access log",
    summary: "Show who has read a dataset, one of its columns, or a row",
    description: [
      "For owners of the dataset and holders of `activity:read` or `policy:manage`.",
      "With `column`: who was shown it, or filtered, sorted or searched by it.",
      "With `key`, the row's key values as a JSON list: who read rows of a version in which this row is. The log holds no values, so these people could have seen the row; whether it was among the rows they saw is not known.",
    ].join(" "),
    access: "signed_in",
    params: z.strictObject({ dataset: z.string().min(1).max(200).describe("Id or name") }),
    query: z.strictObject({
      column: z.string().max(256).optional(),
      key: z
        .string()
        .max(4_000)
        .transform((text, context) => {
          const list = z.array(z.string()).min(1).max(20).safeParse(tryJson(text));
          if (list.success) return list.data;
          context.addIssue({ code: "custom", message: "must be a JSON list of texts", input: text });
          return z.NEVER;
        })
        .optional(),
      from: instant.optional(),
    }),
    responses: {
      200: z.object({
        items: z.array(datasetReader).describe("The latest first, at most 200 people"),
        versions: z.array(z.number().int()).nullable().describe("With `key`: the read versions that hold the row, among the newest 50 that were read"),
      }),
    },
    errors: ["access.denied", "dataset.not_found", "dataset.no_keys", "request.invalid"],
  }),
} as const;

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
