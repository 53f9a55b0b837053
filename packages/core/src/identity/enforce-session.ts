import { problem } from "@granary/protocol";
import type { Identified } from "./queries/find-principal.ts";

/** Refuses what an inactive or half signed-in person may not call. */
export function enforceSession(identified: Identified, routeId: string): void {
  if (identified.secondFactorPending && routeId !== "auth.verifySecondFactor" && routeId !== "auth.logout") throw problem("auth.required");
  if (identified.inactive) throw problem("auth.required");
}
