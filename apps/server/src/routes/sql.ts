import { Readable } from "node:stream";
import {
  cancelQuery,
  checkQuery,
  deleteSaved,
  downloadResult,
  explainQuery,
  getQuery,
  getSaved,
  listCompletions,
  listHistory,
  listSaved,
  readRows,
  runQuery,
  saveQuery,
  updateSaved,
} from "@granary/core/sql-console";
import type { sqlRoutes } from "@granary/protocol";
import { answer, type HandlersOf, streamed } from "../http/answer.ts";
import { downloadHeaders } from "./dataset-downloads.ts";

export const sqlHandlers: HandlersOf<typeof sqlRoutes> = {
  "sql.run": async (ctx, { body }) => {
    const ran = await runQuery(ctx, body);
    return answer(ran, { status: ran.page === null ? 202 : 200 });
  },
  "sql.get": (ctx, { params, query }) => getQuery(ctx, params.query, query.wait),
  "sql.rows": (ctx, { params, query }) => readRows(ctx, params.query, query),
  "sql.download": async (ctx, { params, query }) => {
    const download = await downloadResult(ctx, params.query, query);
    const stream = Readable.from(download.chunks, { objectMode: false });
    stream.once("close", () => void download[Symbol.asyncDispose]());
    return streamed(stream, { headers: downloadHeaders(download) });
  },
  "sql.cancel": (ctx, { params }) => cancelQuery(ctx, params.query),
  "sql.check": (ctx, { body }) => checkQuery(ctx, body),
  "sql.explain": (ctx, { body }) => explainQuery(ctx, body),
  "sql.history": (ctx, { query }) => listHistory(ctx, query),
  "sql.completions": (ctx, { query }) => listCompletions(ctx, query),
  "sql.listSaved": (ctx, { query }) => listSaved(ctx, query),
  "sql.save": (ctx, { body }) => saveQuery(ctx, body),
  "sql.getSaved": (ctx, { params }) => getSaved(ctx, params.saved),
  "sql.updateSaved": (ctx, { params, body, version }) => updateSaved(ctx, params.saved, version, body),
  "sql.deleteSaved": (ctx, { params }) => deleteSaved(ctx, params.saved),
};
