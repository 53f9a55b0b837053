import { z } from "zod";
import { changeRequest, changeRevision, changeSummary } from "../changes/change-request.ts";
import { changeRules, changeRulesInput } from "../changes/rules.ts";
import { proposal } from "../changes/proposals.ts";
import { CHANGE_STATES } from "../changes/states.ts";
import { route } from "../route.ts";
import { id, line, page, pageQuery } from "../schemas.ts";
import { several } from "./activity.ts";
import { datasetParams } from "./datasets.ts";
import { ARRIVAL_ERRORS } from "./uploads.ts";

const TAG = "Changes";

/** A change request by its id or by its number in the workspace. */
const change = z.union([id("change"), z.string().regex(/^[1-9]\d{0,8}$/, "must be the id or the number of a change request")]);
export const changeParams = z.strictObject({ change });

const title = line(200);
const description = z.string().trim().max(20_000);
const reason = z.string().trim().max(2_000);

const PROPOSAL_ERRORS = [
  "dataset.not_found",
  "dataset.not_ready",
  "dataset.version_not_found",
  "upload.not_found",
  "upload.not_complete",
  "change.download_unknown",
  "change.nothing_proposed",
  "change.partial_download",
  "change.no_keys",
  "schema.confirmation_required",
] as const;

/** Change requests: proposed, reviewed and merged. */
export const changeRoutes = {
  "changes.list": route({
    method: "GET",
    path: "/changes",
    tag: TAG,
    summary: "List change requests, those changed last first",
    access: "change:read",
    query: pageQuery.extend({
      state: several(z.enum(CHANGE_STATES)).optional(),
      dataset: z.string().max(64).optional().describe("Id of a dataset"),
      author: z.string().max(64).optional().describe("Id of a person, or `me`"),
      waiting: z.stringbool().default(false).describe("Only those that wait for you"),
      q: z.string().trim().min(1).max(200).optional().describe("A number, or a part of the title or of the dataset's name"),
    }),
    responses: { 200: page(changeSummary) },
  }),
  "changes.create": route({
    method: "POST",
    path: "/changes",
    tag: TAG,
    summary: "Propose a change of a dataset",
    description:
      "As JSON, with a file that was uploaded before, with edited rows or with a schema document; or as a multipart form with the fields `dataset`, `file`, `title` and, " +
      "if wanted, `description`, `missing` and `keys`. The comparison runs as a job: `?wait=true` answers when it has ended. Without `draft` the request is open for review as soon as it is compared.",
    access: "change:create",
    query: z.strictObject({ wait: z.stringbool().default(false) }),
    bodyKind: "multipart",
    alsoJson: true,
    body: z.strictObject({
      dataset: z.string().min(1).max(200).describe("Id or name"),
      title: title.optional(),
      description: description.default(""),
      draft: z.boolean().default(false),
      /** Left out, an empty draft to edit rows in. */
      proposal: proposal.optional(),
    }),
    responses: { 202: changeRequest },
    errors: [...PROPOSAL_ERRORS, ...ARRIVAL_ERRORS],
    rate: "upload",
  }),
  "changes.get": route({
    method: "GET",
    path: "/changes/{change}",
    tag: TAG,
    summary: "Show a change request",
    access: "change:read",
    params: changeParams,
    responses: { 200: changeRequest },
    errors: ["change.not_found"],
    versioned: true,
  }),
  "changes.update": route({
    method: "PATCH",
    path: "/changes/{change}",
    tag: TAG,
    summary: "Change the title or the description",
    access: "change:create",
    params: changeParams,
    body: z.strictObject({ title: title.optional(), description: description.optional() }),
    responses: { 200: changeRequest },
    errors: ["change.not_found", "change.state_wrong", "edit.conflict"],
    versioned: true,
  }),
  "changes.delete": route({
    method: "DELETE",
    path: "/changes/{change}",
    tag: TAG,
    summary: "Throw a draft away",
    access: "change:create",
    params: changeParams,
    responses: { 204: null },
    errors: ["change.not_found", "change.state_wrong"],
  }),
  "changes.propose": route({
    method: "POST",
    path: "/changes/{change}/revisions",
    tag: TAG,
    summary: "Propose something else in a request that is not over: a new revision",
    access: "change:create",
    params: changeParams,
    query: z.strictObject({ wait: z.stringbool().default(false) }),
    body: z.strictObject({ proposal, note: reason.default("") }),
    responses: { 202: changeRequest },
    errors: ["change.not_found", "change.state_wrong", "change.computing", ...PROPOSAL_ERRORS],
  }),
  "changes.revisions": route({
    method: "GET",
    path: "/changes/{change}/revisions",
    tag: TAG,
    summary: "List the revisions of a change request, newest first",
    access: "change:read",
    params: changeParams,
    query: pageQuery,
    responses: { 200: page(changeRevision) },
    errors: ["change.not_found"],
  }),
  "changes.submit": route({
    method: "POST",
    path: "/changes/{change}/submit",
    tag: TAG,
    summary: "Open a draft for review",
    access: "change:create",
    params: changeParams,
    responses: { 200: changeRequest },
    errors: ["change.not_found", "change.state_wrong", "change.computing", "change.nothing_proposed", "change.keys_broken"],
  }),
  "changes.close": route({
    method: "POST",
    path: "/changes/{change}/close",
    tag: TAG,
    summary: "Close a request without merging it",
    access: "change:read",
    params: changeParams,
    body: z.strictObject({ reason: reason.default(""), supersededBy: id("change").optional() }),
    responses: { 200: changeRequest },
    errors: ["change.not_found", "change.state_wrong"],
  }),
  "changes.reopen": route({
    method: "POST",
    path: "/changes/{change}/reopen",
    tag: TAG,
    summary: "Open a closed request again",
    access: "change:read",
    params: changeParams,
    responses: { 200: changeRequest },
    errors: ["change.not_found", "change.state_wrong"],
  }),
  "changes.merge": route({
    method: "POST",
    path: "/changes/{change}/merge",
    tag: TAG,
    summary: "Merge an approved request into its dataset",
    description:
      "By a job: what others changed meanwhile is compared cell by cell, all rules of the dataset are checked on the merged rows, and all of it is published as one version or " +
      "nothing is. Asking again while it runs or after it is done changes nothing. `bypass` passes over missing approvals: for owners of the dataset that are administrators, with a reason that is kept.",
    access: "change:merge",
    params: changeParams,
    query: z.strictObject({ wait: z.stringbool().default(false) }),
    body: z.strictObject({ bypass: reason.min(10, "must say why, in at least 10 characters").optional() }),
    responses: { 202: changeRequest },
    errors: ["change.not_found", "change.state_wrong", "change.not_approved", "change.conflicts", "change.hidden_parts", "access.denied"],
  }),
  "changes.revert": route({
    method: "POST",
    path: "/changes/{change}/revert",
    tag: TAG,
    summary: "Propose to take a merged request back",
    access: "change:create",
    params: changeParams,
    body: z.strictObject({ reason: reason.default("") }),
    responses: { 202: changeRequest },
    errors: ["change.not_found", "change.state_wrong", "lake.snapshot_not_found"],
  }),
  "changeRules.get": route({
    method: "GET",
    path: "/datasets/{dataset}/change-rules",
    tag: TAG,
    summary: "Show what a dataset asks of its change requests",
    access: "change:read",
    params: datasetParams,
    responses: { 200: changeRules },
    errors: ["dataset.not_found"],
    versioned: true,
  }),
  "changeRules.set": route({
    method: "PUT",
    path: "/datasets/{dataset}/change-rules",
    tag: TAG,
    summary: "Say what a dataset asks of its change requests",
    description: "For owners of the dataset. Holds for requests that are open already, too.",
    access: "dataset:update",
    params: datasetParams,
    body: changeRulesInput,
    responses: { 200: changeRules },
    errors: ["dataset.not_found", "edit.conflict", "access.denied", "request.invalid"],
    versioned: true,
  }),
} as const;
