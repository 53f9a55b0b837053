import { createCtx, type Ctx, type Principal, type Services } from "@granary/core/context";
import { problem, purpose } from "@granary/protocol";
import type { FastifyRequest } from "fastify";
import type { Claim } from "./idempotency.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Set once the request was admitted. */
    principal: Principal | undefined;
  }
}

const MAX_USER_AGENT = 500;

interface Extra {
  readonly claim?: Claim | undefined;
  readonly signal?: AbortSignal;
}

/** Why the caller looks at data, as `X-Purpose` says. */
function purposeOf(request: FastifyRequest): string | null {
  const stated = request.headers["x-purpose"];
  if (stated === undefined) return null;
  const { data, error } = purpose.safeParse(stated);
  if (data !== undefined) return data;
  throw problem("request.invalid", {}, { issues: [{ path: "header.X-Purpose", message: error?.issues[0]?.message ?? "is no purpose" }] });
}

/** The context of an admitted request. */
export function requestCtx(services: Services, request: FastifyRequest, extra: Extra = {}): Ctx {
  if (request.principal === undefined) throw new Error(`${request.method} ${request.url} was not admitted`);
  return createCtx({
    services,
    principal: request.principal,
    request: {
      id: request.id,
      ip: request.ip,
      userAgent: request.headers["user-agent"]?.slice(0, MAX_USER_AGENT) ?? null,
      purpose: purposeOf(request),
      ...(extra.claim === undefined ? {} : { idempotency: extra.claim.info }),
    },
    log: request.log as unknown as Services["log"],
    ...(extra.signal === undefined ? {} : { signal: extra.signal }),
  });
}
