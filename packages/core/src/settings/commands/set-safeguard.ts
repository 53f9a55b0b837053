import { type DeveloperSafeguard, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { presentSafeguard } from "../present.ts";
import { SAFEGUARD_MAX_HOURS, type StoredSafeguard, safeguardUntil } from "../rules.ts";
import { findSetting, replaceSetting } from "../store.ts";

export interface SafeguardChange {
  readonly enabled: boolean;
  readonly until?: string | undefined;
  readonly reason?: string | undefined;
}

/** Gives developers their full power in production until an instant, with a reason; or takes it back at once. */
export function setSafeguard(ctx: Ctx, change: SafeguardChange): Promise<DeveloperSafeguard> {
  return ctx.system.tx(async (ctx) => {
    const value = change.enabled ? unlocked(change, ctx.now) : { until: null, reason: null };
    await replaceSetting(ctx.db, "developer_in_production", { value: { ...value }, by: ctx.principal.name, now: ctx.now });
    await ctx.record({
      type: change.enabled ? "settings.developer_unlocked" : "settings.developer_limited",
      workspaceId: null,
      subject: { id: "developer_in_production", label: "developer safeguard" },
      data: { ...value },
    });
    return presentSafeguard(ctx, await findSetting(ctx.db, "developer_in_production"), ctx.now);
  });
}

function unlocked(change: SafeguardChange, now: Date): StoredSafeguard {
  const until = safeguardUntil(change.until, now);
  const issues = [
    ...(change.reason === undefined ? [{ path: "body.reason", message: "say why developers need their full power" }] : []),
    ...(until === undefined ? [{ path: "body.until", message: `must be ahead, by at most ${SAFEGUARD_MAX_HOURS} hours` }] : []),
  ];
  if (until === undefined || change.reason === undefined) throw problem("request.invalid", {}, { issues });
  return { until: until.toISOString(), reason: change.reason };
}
