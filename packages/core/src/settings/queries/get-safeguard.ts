import type { DeveloperSafeguard } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { presentSafeguard } from "../present.ts";
import { isSafeguardOff, type StoredSafeguard } from "../rules.ts";
import { findSetting } from "../store.ts";

/** Whether developers have their full power in production now, since when and why. */
export async function getSafeguard(ctx: Ctx): Promise<DeveloperSafeguard> {
  return presentSafeguard(ctx, await findSetting(ctx.system.db, "developer_in_production"), ctx.services.clock.now());
}

/** Whether the developer role has its full power: always outside production, in production only while switched on. */
export async function isDeveloperUnlocked(ctx: Ctx): Promise<boolean> {
  if (ctx.services.config.mode !== "production") return true;
  const row = await findSetting(ctx.system.db, "developer_in_production");
  return isSafeguardOff(row?.value as StoredSafeguard | undefined, ctx.services.clock.now());
}
