import { createKey, listKeys, revokeKey } from "@granary/core/api-keys";
import type { apiKeyRoutes } from "@granary/protocol";
import type { HandlersOf } from "../http/answer.ts";

export const apiKeyHandlers: HandlersOf<typeof apiKeyRoutes> = {
  "apiKeys.list": (ctx, { query }) => listKeys(ctx, query),
  "apiKeys.create": (ctx, { body }) => createKey(ctx, body),
  "apiKeys.revoke": async (ctx, { params }) => {
    await revokeKey(ctx, params.key);
  },
};
