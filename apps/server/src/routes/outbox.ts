import { getMail, listMails } from "@granary/core/mail";
import type { outboxRoutes } from "@granary/protocol";
import type { HandlersOf } from "../http/answer.ts";

export const outboxHandlers: HandlersOf<typeof outboxRoutes> = {
  "outbox.list": (ctx, { query }) => listMails(ctx, query),
  "outbox.get": (ctx, { params }) => getMail(ctx, params.id),
};
