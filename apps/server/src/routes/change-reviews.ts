import { Readable } from "node:stream";
import {
  addComment,
  approveChange,
  awaitChange,
  chooseCells,
  compareRevisions,
  deleteComment,
  dismissReview,
  editComment,
  exportChange,
  getColumnShift,
  getOverview,
  listComments,
  listConflicts,
  listEdits,
  readDiff,
  rejectChange,
  resolveConflicts,
  saveEdits,
} from "@granary/core/changes";
import type { changeReviewRoutes } from "@granary/protocol";
import { type HandlersOf, streamed } from "../http/answer.ts";

export const changeReviewHandlers: HandlersOf<typeof changeReviewRoutes> = {
  "changes.diff": (ctx, { params, query }) => readDiff(ctx, params.change, query),
  "changes.overview": (ctx, { params, query }) => getOverview(ctx, params.change, query.revision),
  "changes.column": (ctx, { params, query }) => getColumnShift(ctx, params.change, params.column, query.revision),
  "changes.compareRevisions": (ctx, { params, query: { with: other, ...page } }) =>
    compareRevisions(ctx, params.change, { revision: params.revision, with: other }, page),
  "changes.export": async (ctx, { params, query }) => {
    const file = await exportChange(ctx, params.change, query);
    return streamed(Readable.from(file.chunks, { objectMode: false }), {
      headers: { "content-type": file.contentType, "content-disposition": `attachment; filename="${file.fileName}"` },
    });
  },
  "changes.conflicts": (ctx, { params, query }) => listConflicts(ctx, params.change, query),
  "changes.resolve": async (ctx, { params, query, body }) => {
    const change = await resolveConflicts(ctx, params.change, body);
    return query.wait ? awaitChange(ctx, change.id) : change;
  },
  "changes.choose": async (ctx, { params, query, body }) => {
    const change = await chooseCells(ctx, params.change, body);
    return query.wait ? awaitChange(ctx, change.id) : change;
  },
  "changes.approve": (ctx, { params, body }) => approveChange(ctx, params.change, body),
  "changes.reject": (ctx, { params, body }) => rejectChange(ctx, params.change, body),
  "changes.dismissReview": (ctx, { params, body }) => dismissReview(ctx, params.change, params.review, body.reason),
  "changes.comments": (ctx, { params, query }) => listComments(ctx, params.change, query),
  "changes.comment": (ctx, { params, body }) => addComment(ctx, params.change, body),
  "changes.editComment": (ctx, { params, body }) => editComment(ctx, params.change, params.comment, body),
  "changes.deleteComment": (ctx, { params }) => deleteComment(ctx, params.change, params.comment),
  "changes.edits": (ctx, { params, query }) => listEdits(ctx, params.change, query),
  "changes.saveEdits": (ctx, { params, body }) => saveEdits(ctx, params.change, body.edits),
};
