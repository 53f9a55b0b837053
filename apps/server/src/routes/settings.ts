import { getInstanceSettings, getSafeguard, getSettings, setSafeguard, testMail, updateSettings } from "@granary/core/settings";
import type { settingsRoutes } from "@granary/protocol";
import type { HandlersOf } from "../http/answer.ts";

export const settingsHandlers: HandlersOf<typeof settingsRoutes> = {
  "settings.get": (ctx) => getSettings(ctx),
  "settings.getInstance": (ctx) => getInstanceSettings(ctx),
  "settings.update": (ctx, { body, version }) => updateSettings(ctx, version, body),
  "settings.testMail": (ctx, { body }) => testMail(ctx, body),
  "settings.getSafeguard": (ctx) => getSafeguard(ctx),
  "settings.setSafeguard": (ctx, { body }) => setSafeguard(ctx, body),
};
