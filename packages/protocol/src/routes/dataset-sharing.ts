import { z } from "zod";
import { route } from "../route.ts";
import { can, email, id, instant, page, pageQuery } from "../schemas.ts";
import { ACCESS_LEVELS, datasetParams } from "./datasets.ts";

const TAG = "Sharing";

/** Who has access to a dataset, and why. */
const permission = z
  .object({
    /** Names it in addresses: a person's or group's id, or `everyone`. */
    id: z.string(),
    kind: z.enum(["user", "group", "everyone"]),
    name: z.string(),
    email: z.string().nullable(),
    level: z.enum(ACCESS_LEVELS),
    /** `owner`: the dataset's owner. `grant`: it was granted. `visibility`: everyone in the workspace may read the dataset. */
    because: z.enum(["owner", "grant", "visibility"]),
    grantedBy: z.string().nullable(),
    grantedAt: instant.nullable(),
    /** When it ends by itself; null for good. */
    expiresAt: instant.nullable(),
    can: can("change", "revoke"),
  })
  .meta({ id: "DatasetPermission" });

export type DatasetPermission = z.infer<typeof permission>;

const accessRequest = z
  .object({
    id: id("accessRequest"),
    dataset: z.object({ id: id("dataset"), name: z.string() }),
    askedBy: z.object({ id: id("user"), name: z.string(), email: z.string() }),
    level: z.enum(ACCESS_LEVELS),
    reason: z.string(),
    state: z.enum(["pending", "approved", "denied"]),
    decidedBy: z.string().nullable(),
    decidedAt: instant.nullable(),
    /** What whoever decided says to whoever asked. */
    answer: z.string(),
    createdAt: instant,
    can: can("decide", "withdraw"),
  })
  .meta({ id: "AccessRequest" });

export type AccessRequest = z.infer<typeof accessRequest>;

const level = z.enum(ACCESS_LEVELS);
const expiresAt = instant.optional().describe("When it ends by itself, by the database's clock; for good when absent. Ownership does not end");
const reason = z.string().trim().max(1_000);
const grantee = datasetParams.extend({ grantee: z.string().min(1).max(254).describe("A person's e-mail address or id, a group's id, or `everyone`") });
const requestParams = z.strictObject({ request: id("accessRequest") });
const decides = ["access_request.not_found", "access_request.decided", "dataset.not_found", "user.not_found"] as const;

/** Sharing datasets with people, groups and everyone, and asking for access. */
export const datasetSharingRoutes = {
  "datasetPermissions.list": route({
    method: "GET",
    path: "/datasets/{dataset}/permissions",
    tag: TAG,
    summary: "List who has access to a dataset, and why",
    description: "For owners. Administrators of the workspace have access to every dataset and are not listed.",
    access: "dataset:read",
    params: datasetParams,
    query: pageQuery,
    responses: { 200: page(permission) },
    errors: ["dataset.not_found"],
  }),
  "datasetPermissions.grant": route({
    method: "POST",
    path: "/datasets/{dataset}/permissions",
    tag: TAG,
    summary: "Give a person, a group or everyone access to a dataset",
    description: "Granting again changes the level. Everyone as `viewer` is the visibility `workspace`; everyone cannot be owner.",
    access: "dataset:share",
    params: datasetParams,
    body: z.union([
      z.strictObject({ email, level, expiresAt }),
      z.strictObject({ groupId: id("group"), level, expiresAt }),
      z.strictObject({ everyone: z.literal(true), level: z.enum(["viewer", "contributor"]), expiresAt }),
    ]),
    responses: { 201: permission },
    errors: ["dataset.not_found", "dataset.last_owner", "user.not_found", "group.not_found"],
  }),
  "datasetPermissions.update": route({
    method: "PATCH",
    path: "/datasets/{dataset}/permissions/{grantee}",
    tag: TAG,
    summary: "Change what somebody may do with a dataset, or until when",
    access: "dataset:share",
    params: grantee,
    body: z
      .strictObject({ level: level.optional(), expiresAt: instant.nullable().optional().describe("Null: for good") })
      .refine((body) => body.level !== undefined || body.expiresAt !== undefined, "must change something"),
    responses: { 200: permission },
    errors: ["dataset.not_found", "dataset.last_owner", "permission.not_found"],
  }),
  "datasetPermissions.revoke": route({
    method: "DELETE",
    path: "/datasets/{dataset}/permissions/{grantee}",
    tag: TAG,
    summary: "Take access to a dataset away",
    access: "dataset:share",
    params: grantee,
    responses: { 204: null },
    errors: ["dataset.not_found", "dataset.last_owner", "permission.not_found"],
  }),
  "accessRequests.create": route({
    method: "POST",
    path: "/datasets/{dataset}/access-requests",
    tag: TAG,
    summary: "Ask the owner of a dataset for access",
    description:
      "For datasets you can read and want to do more with, and for those whose visibility is `askable`, by their id. Asking again replaces what you asked for.",
    access: "dataset:read",
    params: datasetParams,
    body: z.strictObject({ level: level.default("viewer"), reason: reason.default("") }),
    responses: { 201: accessRequest },
    errors: ["dataset.not_found", "access_request.not_needed"],
  }),
  "accessRequests.list": route({
    method: "GET",
    path: "/access-requests",
    tag: TAG,
    summary: "List requests for access: yours to decide, or your own, newest first",
    access: "dataset:read",
    query: pageQuery.extend({ role: z.enum(["decide", "mine"]).default("decide"), state: z.enum(["pending", "approved", "denied"]).optional() }),
    responses: { 200: page(accessRequest) },
  }),
  "accessRequests.approve": route({
    method: "POST",
    path: "/access-requests/{request}/approve",
    tag: TAG,
    summary: "Grant what was asked for, or another level",
    access: "dataset:share",
    params: requestParams,
    body: z.strictObject({ level: level.optional(), expiresAt, reason: reason.default("") }),
    responses: { 200: accessRequest },
    errors: decides,
  }),
  "accessRequests.deny": route({
    method: "POST",
    path: "/access-requests/{request}/deny",
    tag: TAG,
    summary: "Refuse a request for access",
    access: "dataset:share",
    params: requestParams,
    body: z.strictObject({ reason: reason.default("") }),
    responses: { 200: accessRequest },
    errors: decides,
  }),
  "accessRequests.withdraw": route({
    method: "DELETE",
    path: "/access-requests/{request}",
    tag: TAG,
    summary: "Take back your request for access",
    access: "dataset:read",
    params: requestParams,
    responses: { 204: null },
    errors: ["access_request.not_found", "access_request.decided"],
  }),
} as const;
