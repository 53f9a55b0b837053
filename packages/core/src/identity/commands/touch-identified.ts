import { sql } from "kysely";
import type { Principal, Services } from "../../context/index.ts";

/** Renews `last seen` of the session or key behind a request; called at most once a minute for each. */
export async function touchIdentified(services: Services, principal: Principal, ip: string | null): Promise<void> {
  const { sessionId, apiKeyId } = principal;
  await services.database.tx("system", async (tx) => {
    const now = sql<Date>`now()`;
    if (sessionId !== null) await tx.updateTable("sessions").set({ last_seen_at: now, ip }).where("id", "=", sessionId).execute();
    if (apiKeyId !== null) await tx.updateTable("api_keys").set({ last_used_at: now, last_used_ip: ip }).where("id", "=", apiKeyId).execute();
  });
}
