import { Readable } from "node:stream";
import { exportActivity, getHeatmap, getTimeline, listActivity, listActivityOf } from "@granary/core/activity";
import { verifyChain } from "@granary/core/events";
import type { activityRoutes } from "@granary/protocol";
import { type HandlersOf, streamed } from "../http/answer.ts";

export const activityHandlers: HandlersOf<typeof activityRoutes> = {
  "activity.list": (ctx, { query }) => listActivity(ctx, query),
  "activity.timeline": (ctx, { query }) => getTimeline(ctx, query),
  "activity.heatmap": (ctx, { query }) => getHeatmap(ctx, query),
  "activity.export": async (ctx, { query }) => {
    const file = await exportActivity(ctx, query);
    return streamed(Readable.from(file.chunks, { objectMode: false }), {
      headers: { "content-type": file.contentType, "content-disposition": `attachment; filename="${file.fileName}"` },
    });
  },
  "activity.verify": (ctx, { query }) => verifyChain(ctx.services.database, query),
  "activity.ofUser": (ctx, { params, query }) => listActivityOf(ctx, params.user, query),
};
