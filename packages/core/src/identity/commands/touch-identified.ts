import type { Principal, Services } from "../../context/index.ts";
import { touch } from "../store/sessions.ts";

/** Notes that a session or key was used now. Call it only when `needsTouch` says so: at most once a minute. */
export async function touchIdentified(services: Services, principal: Principal, ip: string | null): Promise<void> {
  const { sessionId, apiKeyId } = principal;
  await services.database.tx("system", (db) => touch(db, { sessionId, apiKeyId, ip, now: services.clock.now() }));
}
