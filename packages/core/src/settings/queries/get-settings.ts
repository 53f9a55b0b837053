import { problem, type InstanceSettings, type Settings } from "@granary/protocol";
import { mayDo } from "../../access/index.ts";
import type { Ctx } from "../../context/index.ts";
import { keptBytes } from "../../uploads/index.ts";
import { readInstanceSettings } from "./read-instance-settings.ts";

/** What the settings page shows: the workspace's, and the installation's for those who administer it. */
export async function getSettings(ctx: Ctx): Promise<Settings> {
  const { principal, services } = ctx;
  const { config } = services;
  const workspace = await ctx.db.selectFrom("workspaces").select(["id", "slug", "name", "version"]).where("id", "=", ctx.workspaceId).executeTakeFirst();
  if (workspace === undefined) throw problem("workspace.not_found");
  const administers = mayDo(principal, "instance:settings");
  return {
    workspace: { ...workspace, id: ctx.workspaceId },
    instance: administers ? await readInstanceSettings(ctx.system.db, config) : null,
    mail: { delivery: config.mail.smtpUrl === null ? "outbox" : "smtp", from: config.mail.from },
    storage: { keptBytes: await keptBytes(ctx.db, ctx.workspaceId), quotaBytes: config.workspaceQuotaBytes },
    virusScan: services.scanner !== undefined,
    mode: config.mode,
    can: { updateWorkspace: mayDo(principal, "settings:update"), updateInstance: administers, testMail: administers, changeSafeguard: administers },
  };
}

/** The installation's settings alone, with their version. */
export function getInstanceSettings(ctx: Ctx): Promise<InstanceSettings> {
  return readInstanceSettings(ctx.system.db, ctx.services.config);
}
