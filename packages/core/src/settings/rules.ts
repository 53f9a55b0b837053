import type { InstanceSettings } from "@granary/protocol";
import type { CoreConfig } from "../context/index.ts";

/** Longest time developers keep their full power in production without somebody deciding again. */
export const SAFEGUARD_MAX_HOURS = 24;
const SAFEGUARD_DEFAULT_HOURS = 1;
const HOUR_MS = 3_600_000;

/** The settings in force: what was set while the program ran, over what it was started with. */
export function settingsInForce(config: CoreConfig, stored: Partial<Omit<InstanceSettings, "version">>, version: number): InstanceSettings {
  const { idleTimeoutS, lifetimeS, rememberS } = config.session;
  return {
    signUp: stored.signUp ?? config.signUp,
    secondFactorRoles: stored.secondFactorRoles ?? [],
    session: stored.session ?? { idleTimeout: idleTimeoutS, lifetime: lifetimeS, remember: rememberS },
    version,
  };
}

/** When a safeguard that is switched off now comes back; undefined when the asked instant is not ahead or too far ahead. */
export function safeguardUntil(asked: string | undefined, now: Date): Date | undefined {
  const until = asked === undefined ? new Date(now.getTime() + SAFEGUARD_DEFAULT_HOURS * HOUR_MS) : new Date(asked);
  const ahead = until.getTime() - now.getTime();
  return ahead > 0 && ahead <= SAFEGUARD_MAX_HOURS * HOUR_MS ? until : undefined;
}

/** The developers' safeguard as stored; `until` null while they are limited. */
export interface StoredSafeguard {
  readonly until: string | null;
  readonly reason: string | null;
}

export function isSafeguardOff(stored: StoredSafeguard | undefined, now: Date): boolean {
  return stored?.until != null && new Date(stored.until) > now;
}
