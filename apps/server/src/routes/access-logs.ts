import { Readable } from "node:stream";
import { exportAccesses, getAccessTimeline, listAccesses, listDatasetReaders } from "@granary/core/access-history";
import { verifyChain } from "@granary/core/events";
import type { accessLogRoutes } from "@granary/protocol";
import { type HandlersOf, streamed } from "../http/answer.ts";

export const accessLogHandlers: HandlersOf<typeof accessLogRoutes> = {
  "accessLogs.list": (ctx, { query }) => listAccesses(ctx, query),
  "accessLogs.denied": (ctx, { query }) => listAccesses(ctx, { ...query, decision: "denied" }),
  "accessLogs.timeline": (ctx, { query }) => getAccessTimeline(ctx, query),
  "accessLogs.export": async (ctx, { query }) => {
    const { fileName, chunks } = await exportAccesses(ctx, query);
    const headers = { "content-type": "text/csv; charset=utf-8", "content-disposition": `attachment; filename="${fileName}"` };
    return streamed(Readable.from(chunks, { objectMode: false }), { headers });
  },
  "accessLogs.verify": (ctx, { query }) => verifyChain(ctx.services.database, query, "access"),
  "accessLogs.readers": (ctx, { params, query }) => listDatasetReaders(ctx, params.dataset, query),
};
