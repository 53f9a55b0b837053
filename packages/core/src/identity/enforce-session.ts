import { problem, type RouteId, routes } from "@granary/protocol";
import type { Identified } from "./queries/find-principal.ts";

const ALWAYS: readonly RouteId[] = ["auth.logout"];
const TO_KNOW_WHERE_YOU_ARE: readonly RouteId[] = [...ALWAYS, "auth.me", "account.get", "account.sessionInfo", "account.postSessionInfo"];

/** What a person may call while something stands between them and the rest. */
const ALLOWED = {
  inactive: ALWAYS,
  second_factor_pending: [...ALWAYS, "auth.secondFactorVerify"],
  password_change: [...TO_KNOW_WHERE_YOU_ARE, "auth.changePassword"],
  second_factor_enrolment: [...TO_KNOW_WHERE_YOU_ARE, "auth.secondFactorSetup", "auth.secondFactorVerify"],
} as const satisfies Record<string, readonly RouteId[]>;

const REFUSALS = {
  inactive: "account.inactive",
  second_factor_pending: "auth.second_factor_required",
  password_change: "auth.password_change_required",
  second_factor_enrolment: "auth.second_factor_enrolment_required",
} as const;

/**
 * Throws unless a caller may call a route in the state of their account and session: `account.inactive`,
 * `auth.second_factor_required`, `auth.password_change_required` or `auth.second_factor_enrolment_required`.
 * Public routes are open to all; anything that is not a route of the contract is treated like one that is not public.
 */
export function enforceSession(identified: Identified, routeId: string): void {
  const state = identified.inactive ? "inactive" : identified.secondFactorPending ? "second_factor_pending" : identified.restriction;
  if (state === null) return;
  const isPublic = routeId in routes && routes[routeId as RouteId].access === "public";
  if (isPublic || (ALLOWED[state] as readonly string[]).includes(routeId)) return;
  throw problem(REFUSALS[state]);
}
