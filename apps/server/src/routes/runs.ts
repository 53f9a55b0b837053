import { createReadStream } from "node:fs";
import {
  askToCancel,
  askToPause,
  getRun,
  getRunLineage,
  listRunEvents,
  listRunRejects,
  listRuns,
  openRunFile,
  readRunLogs,
  readRunOutput,
  replayRun,
  resumeRun,
  retryRun,
  rollBackRun,
} from "@granary/core/runs";
import type { runRoutes } from "@granary/protocol";
import { type HandlersOf, streamed } from "../http/answer.ts";

/** File names are people's: what a header cannot say is sent percent-encoded (RFC 6266). */
const disposition = (name: string): string =>
  `attachment; filename="${name.replaceAll(/[^\x20-\x7e]|["\\]/g, "_")}"; filename*=UTF-8''${encodeURIComponent(name)}`;

export const runHandlers: HandlersOf<typeof runRoutes> = {
  "runs.list": (ctx, { query }) => listRuns(ctx, query),
  "runs.get": (ctx, { params }) => getRun(ctx, params.run),
  "runs.cancel": (ctx, { params }) => askToCancel(ctx, params.run),
  "runs.pause": (ctx, { params }) => askToPause(ctx, params.run),
  "runs.resume": (ctx, { params }) => resumeRun(ctx, params.run),
  "runs.retry": (ctx, { params, body }) => retryRun(ctx, params.run, body),
  "runs.rollBack": (ctx, { params }) => rollBackRun(ctx, params.run),
  "runs.logs": (ctx, { params, query }) => readRunLogs(ctx, params.run, query),
  "runs.events": (ctx, { params, query }) => listRunEvents(ctx, params.run, query.after),
  "runs.replay": (ctx, { params, body }) => replayRun(ctx, params.run, body.nodes),
  "runs.rejects": (ctx, { params, query }) => listRunRejects(ctx, params.run, query),
  "runs.output": (ctx, { params, query }) => readRunOutput(ctx, params.run, { node: params.node, ...query }),
  "runs.file": async (ctx, { params }) => {
    const { path, fileName, contentType, bytes } = await openRunFile(ctx, params.run, params.node);
    const headers = { "content-type": contentType, "content-disposition": disposition(fileName), "content-length": String(bytes) };
    return streamed(createReadStream(path), { headers });
  },
  "runs.lineage": (ctx, { params }) => getRunLineage(ctx, params.run),
};
