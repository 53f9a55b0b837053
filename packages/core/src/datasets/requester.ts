import type { Id } from "@granary/kernel";
import { type Permission, problem } from "@granary/protocol";
import { authorize } from "../access/index.ts";
import type { Ctx, Principal } from "../context/index.ts";
import { findPrincipalOfUser } from "../identity/index.ts";

/** Who asked for the work of a job, by which key and for what, and what they might do then. */
export interface Asker {
  readonly personId: string | null;
  readonly permissions: readonly string[];
  readonly apiKeyId: string | null;
  readonly purpose: string | null;
}

/** A job's context as whoever asked for its work, with what they may do now and might do then. Throws when that is not enough any more. */
export async function readerFor(ctx: Ctx, { personId, permissions, apiKeyId, purpose }: Asker, needed: Permission): Promise<Ctx> {
  const person = personId === null ? undefined : await findPrincipalOfUser(ctx.services, personId as Id<"user">, ctx.workspaceId);
  if (person === undefined) throw problem("dataset.not_found");
  const key: Pick<Principal, "kind" | "apiKeyId"> = apiKeyId === null ? person : { kind: "api_key", apiKeyId: apiKeyId as Id<"apiKey"> };
  const allowed = new Set([...person.permissions].filter((permission) => permissions.includes(permission)));
  const principal = { ...person, kind: key.kind, apiKeyId: key.apiKeyId, permissions: allowed };
  authorize(principal, needed);
  return { ...ctx, principal, request: { ...ctx.request, purpose } };
}
