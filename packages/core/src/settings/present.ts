import type { DeveloperSafeguard } from "@granary/protocol";
import { mayDo } from "../access/index.ts";
import type { Ctx, TxCtx } from "../context/index.ts";
import { isSafeguardOff, SAFEGUARD_MAX_HOURS, type StoredSafeguard } from "./rules.ts";

interface SafeguardRow {
  readonly value: unknown;
  readonly updated_at: Date;
  readonly updated_by: string | null;
}

export function presentSafeguard(ctx: Ctx | TxCtx, row: SafeguardRow | undefined, now: Date): DeveloperSafeguard {
  const stored = row?.value as StoredSafeguard | undefined;
  const isOff = isSafeguardOff(stored, now);
  return {
    mode: ctx.services.config.mode,
    enabled: isOff,
    until: isOff ? (stored?.until ?? null) : null,
    reason: isOff ? (stored?.reason ?? null) : null,
    changedBy: row?.updated_by ?? null,
    changedAt: row?.updated_at.toISOString() ?? null,
    maxHours: SAFEGUARD_MAX_HOURS,
    can: { change: mayDo(ctx.principal, "instance:settings") },
  };
}
