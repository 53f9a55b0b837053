import { z } from "zod";
import { changeComment, changeRequest } from "../changes/change-request.ts";
import { changeOverview, columnShift, conflictRow, diffPage, diffQuery } from "../changes/diff.ts";
import { conflictResolution, revisionChoice, rowEdit } from "../changes/proposals.ts";
import { route } from "../route.ts";
import { id, page, pageQuery } from "../schemas.ts";
import { changeParams } from "./changes.ts";

const TAG = "Changes";

const said = z.string().trim().max(20_000);
const words = said.min(1, "must not be empty");
const revision = z.coerce.number().int().min(1).optional().describe("The newest when absent");
const READING = ["change.not_found", "change.revision_not_found", "change.not_ready", "dataset.not_found", "engine.busy", "engine.deadline"] as const;
const REVIEWING = ["change.not_found", "change.state_wrong", "change.not_ready", "change.own", "change.overtaken", "change.hidden_parts"] as const;

const verdictBody = z.strictObject({
  body: said.default(""),
  /** The digest of the revision that was looked at: refused when another one is current. */
  digest: z.string().max(128).optional(),
});

export const CHANGE_EXPORTS = ["csv", "ndjson", "html", "sql", "tdiff"] as const;

/** Reading, discussing and deciding change requests. */
export const changeReviewRoutes = {
  "changes.diff": route({
    method: "GET",
    path: "/changes/{change}/diff",
    tag: TAG,
    summary: "Read what a change request changes, a page of rows at a time",
    description: "In the order of the keys, as the caller sees the dataset: masked values stay masked, and rows and columns that are hidden are not there.",
    access: "change:read",
    params: changeParams,
    query: diffQuery,
    responses: { 200: diffPage },
    errors: [...READING, "lake.cursor_invalid", "lake.read_invalid"],
  }),
  "changes.overview": route({
    method: "GET",
    path: "/changes/{change}/overview",
    tag: TAG,
    summary: "Count what a change request changes, by kind and by column",
    access: "change:read",
    params: changeParams,
    query: z.strictObject({ revision }),
    responses: { 200: changeOverview },
    errors: READING,
  }),
  "changes.column": route({
    method: "GET",
    path: "/changes/{change}/columns/{column}",
    tag: TAG,
    summary: "Show how the values of a column are spread before and after, among the rows of the request",
    access: "change:read",
    params: changeParams.extend({ column: z.string().min(1).max(255) }),
    query: z.strictObject({ revision }),
    responses: { 200: columnShift },
    errors: READING,
  }),
  "changes.compareRevisions": route({
    method: "GET",
    path: "/changes/{change}/revisions/{revision}/compare",
    tag: TAG,
    summary: "Read what another revision proposed otherwise, a page of rows at a time",
    description: "`old` is the row as revision `with` would leave it, `new` as this one would.",
    access: "change:read",
    params: changeParams.extend({ revision: z.coerce.number().int().min(1) }),
    query: pageQuery.extend({ with: z.coerce.number().int().min(1) }),
    responses: { 200: diffPage },
    errors: [...READING, "lake.cursor_invalid"],
  }),
  "changes.export": route({
    method: "GET",
    path: "/changes/{change}/export",
    tag: TAG,
    summary: "Take a change request's differences out as a file",
    description:
      "`csv` and `ndjson` hold a line per change, `tdiff` is a tabular diff as CSV, `html` a page to read and print, `sql` the statements that carry it out.",
    access: "dataset:download",
    params: changeParams,
    query: z.strictObject({ format: z.enum(CHANGE_EXPORTS).default("csv"), revision }),
    responses: { 200: "bytes" },
    errors: [...READING, "change.no_keys"],
  }),
  "changes.conflicts": route({
    method: "GET",
    path: "/changes/{change}/conflicts",
    tag: TAG,
    summary: "List rows that others changed meanwhile in a way that does not fit",
    access: "change:read",
    params: changeParams,
    query: pageQuery,
    responses: { 200: page(conflictRow).extend({ keys: z.array(z.string()), rows: z.number().int(), cells: z.number().int() }) },
    errors: READING,
  }),
  "changes.resolve": route({
    method: "POST",
    path: "/changes/{change}/resolve",
    tag: TAG,
    summary: "Decide conflicts: a new revision over the newest version",
    access: "change:create",
    params: changeParams,
    query: z.strictObject({ wait: z.stringbool().default(false) }),
    body: z.strictObject({
      resolutions: z.array(conflictResolution).max(10_000),
      /** What becomes of conflicts that no resolution names; left out, they are refused. */
      rest: z.enum(["mine", "theirs"]).optional(),
      note: said.default(""),
    }),
    responses: { 202: changeRequest },
    errors: ["change.not_found", "change.state_wrong", "change.computing", "change.conflicts"],
  }),
  "changes.choose": route({
    method: "POST",
    path: "/changes/{change}/choose",
    tag: TAG,
    summary: "Accept damaged formats, or leave cells and rows out: a new revision",
    description: "Whoever reviews may do it too, and is a co-author from then on. With `split`, what is left out becomes a request of its own.",
    access: "change:read",
    params: changeParams,
    query: z.strictObject({ wait: z.stringbool().default(false) }),
    body: z.strictObject({ choices: z.array(revisionChoice).min(1).max(1_000), split: z.boolean().default(false), note: said.default("") }),
    responses: { 202: changeRequest },
    errors: ["change.not_found", "change.state_wrong", "change.computing", "change.nothing_left"],
  }),
  "changes.approve": route({
    method: "POST",
    path: "/changes/{change}/approve",
    tag: TAG,
    summary: "Approve what is proposed now",
    access: "change:review",
    params: changeParams,
    body: verdictBody,
    responses: { 200: changeRequest },
    errors: REVIEWING,
  }),
  "changes.reject": route({
    method: "POST",
    path: "/changes/{change}/reject",
    tag: TAG,
    summary: "Ask for something else, or turn the request down for good",
    access: "change:review",
    params: changeParams,
    body: verdictBody.extend({ body: words, close: z.boolean().default(false).describe("Whether the request is closed, too") }),
    responses: { 200: changeRequest },
    errors: REVIEWING,
  }),
  "changes.dismissReview": route({
    method: "POST",
    path: "/changes/{change}/reviews/{review}/dismiss",
    tag: TAG,
    summary: "Put a review aside, with a reason",
    description: "For owners of the dataset.",
    access: "change:review",
    params: changeParams.extend({ review: id("changeReview") }),
    body: z.strictObject({ reason: words }),
    responses: { 200: changeRequest },
    errors: ["change.not_found", "change.review_not_found", "change.state_wrong", "access.denied"],
  }),
  "changes.comments": route({
    method: "GET",
    path: "/changes/{change}/comments",
    tag: TAG,
    summary: "List what was said about a change request, oldest first",
    access: "change:read",
    params: changeParams,
    query: pageQuery,
    responses: { 200: page(changeComment) },
    errors: ["change.not_found"],
  }),
  "changes.comment": route({
    method: "POST",
    path: "/changes/{change}/comments",
    tag: TAG,
    summary: "Say something about a change request, one of its rows or one of its cells",
    access: "change:read",
    params: changeParams,
    body: z.strictObject({
      body: words,
      parentId: id("changeComment").optional(),
      rowKey: z.array(z.string().max(8_000).nullable()).min(1).max(20).optional(),
      column: z.string().min(1).max(255).optional(),
    }),
    responses: { 201: changeComment },
    errors: ["change.not_found", "change.comment_not_found", "request.invalid"],
  }),
  "changes.editComment": route({
    method: "PATCH",
    path: "/changes/{change}/comments/{comment}",
    tag: TAG,
    summary: "Change a comment's words, or whether it is settled",
    access: "change:read",
    params: changeParams.extend({ comment: id("changeComment") }),
    body: z.strictObject({ body: words.optional(), resolved: z.boolean().optional() }),
    responses: { 200: changeComment },
    errors: ["change.not_found", "change.comment_not_found", "access.denied"],
  }),
  "changes.deleteComment": route({
    method: "DELETE",
    path: "/changes/{change}/comments/{comment}",
    tag: TAG,
    summary: "Take a comment of yours back",
    access: "change:read",
    params: changeParams.extend({ comment: id("changeComment") }),
    responses: { 204: null },
    errors: ["change.not_found", "change.comment_not_found", "access.denied"],
  }),
  "changes.edits": route({
    method: "GET",
    path: "/changes/{change}/edits",
    tag: TAG,
    summary: "List the edited rows of a draft of yours",
    access: "change:create",
    params: changeParams,
    query: pageQuery.extend({ limit: z.coerce.number().int().min(1).max(1_000).default(200) }),
    responses: { 200: page(z.object({ rowId: z.string(), edit: rowEdit })) },
    errors: ["change.not_found"],
  }),
  "changes.saveEdits": route({
    method: "PUT",
    path: "/changes/{change}/edits",
    tag: TAG,
    summary: "Keep edited rows with a draft of yours: rows that are named come in place of what was kept for them, null forgets them",
    access: "change:create",
    params: changeParams,
    body: z.strictObject({
      edits: z
        .array(z.strictObject({ rowId: z.string().min(1).max(16_000), edit: rowEdit.nullable() }))
        .min(1)
        .max(1_000),
    }),
    responses: { 200: z.object({ edits: z.number().int() }) },
    errors: ["change.not_found", "change.state_wrong", "change.too_many_edits", "request.invalid"],
  }),
} as const;
