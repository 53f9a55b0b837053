import { createHash } from "node:crypto";
import type { RequestInfo, Services } from "@granary/core/context";
import { problem, successStatus } from "@granary/protocol";
import type { FastifyRequest } from "fastify";
import { sql } from "kysely";
import { bodyKindOf } from "./body-kind.ts";
import type { Endpoint } from "./endpoint.ts";
import { requestCtx } from "./request-ctx.ts";

/** A claim without an answer is taken to be dead after this; no JSON request runs longer. */
const CLAIM_SECONDS = 60;
const KEY = /^[\x21-\x7e]{8,200}$/;

export interface Claim {
  readonly info: NonNullable<RequestInfo["idempotency"]>;
  /** The answer of the first request, when this one repeats it. */
  readonly stored: { readonly status: number; readonly body: string | null } | undefined;
}

function requestHash(routeId: string, request: FastifyRequest): Buffer {
  return createHash("sha256")
    .update(JSON.stringify([routeId, request.url, request.body ?? null]))
    .digest();
}

/**
 * Claims the caller's Idempotency-Key for this request, or finds the answer already given to it.
 * Only JSON writes by a known principal take part; requests and answers that carry secrets leave no trace, nor do POSTs that change nothing.
 */
export async function claimIdempotencyKey(services: Services, { id: routeId, spec }: Endpoint, request: FastifyRequest): Promise<Claim | undefined> {
  const key = request.headers["idempotency-key"];
  const { principal } = requestCtx(services, request);
  const applies =
    spec.method !== "GET" && spec.rate !== "sensitive" && spec.rate !== "read" && bodyKindOf(spec, request) === "json" && principal.userId !== null;
  if (typeof key !== "string" || !applies) return undefined;
  if (!KEY.test(key)) throw problem("request.invalid", {}, { issues: [{ path: "headers.idempotency-key", message: "must be 8 to 200 visible characters" }] });
  const owner = `${principal.workspaceId ?? ""}/${principal.userId}`;
  const hash = requestHash(routeId, request);
  const info = { principal: owner, key, status: successStatus(spec) };
  const { rows } = await services.database.tx("system", (tx) =>
    sql<{ claimed: boolean; request_hash: Buffer; status: number | null; response: string | null }>`
      insert into idempotency_keys as k (principal, key, route, request_hash) values (${owner}, ${key}, ${routeId}, ${hash})
      on conflict (principal, key) do update set created_at = now()
        where k.status is null and k.created_at < now() - make_interval(secs => ${CLAIM_SECONDS}) and k.request_hash = excluded.request_hash
      returning true as claimed, request_hash, status, response`.execute(tx),
  );
  if (rows[0] !== undefined) return { info, stored: undefined };
  return { info, stored: await storedAnswer(services, owner, key, hash) };
}

async function storedAnswer(services: Services, owner: string, key: string, hash: Buffer): Promise<{ status: number; body: string | null }> {
  const row = await services.database
    .reader("system")
    .selectFrom("idempotency_keys")
    .select(["request_hash", "status", "response"])
    .where("principal", "=", owner)
    .where("key", "=", key)
    .executeTakeFirst();
  if (row === undefined) throw problem("request.idempotency_in_progress");
  if (!row.request_hash.equals(hash)) throw problem("request.idempotency_mismatch");
  if (row.status === null) throw problem("request.idempotency_in_progress");
  return { status: row.status, body: row.response };
}

/** Frees a key whose request failed without a change, so that it can be tried again. */
export async function releaseIdempotencyKey(services: Services, claim: Claim): Promise<void> {
  await services.database.tx("system", (tx) =>
    tx.deleteFrom("idempotency_keys").where("principal", "=", claim.info.principal).where("key", "=", claim.info.key).where("status", "is", null).execute(),
  );
}
