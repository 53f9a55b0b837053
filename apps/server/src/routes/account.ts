import { getAccount, getOwnPermissions, getSessionInfo, updateAccount } from "@granary/core/identity";
import type { accountRoutes } from "@granary/protocol";
import type { HandlersOf } from "../http/answer.ts";

export const accountHandlers: HandlersOf<typeof accountRoutes> = {
  "account.get": (ctx) => getAccount(ctx),
  "account.update": (ctx, { body, version }) => updateAccount(ctx, version, body),
  "account.sessionInfo": (ctx) => getSessionInfo(ctx),
  "account.postSessionInfo": (ctx) => getSessionInfo(ctx),
  "account.permissions": (ctx) => getOwnPermissions(ctx),
};
