import { createCtx, type Ctx, type Principal, type Services } from "@granary/core/context";
import { problem } from "@granary/protocol";
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

const PURPOSE = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** What the caller says the request is for, as a short name in `X-Purpose`. */
function purposeOf(request: FastifyRequest): string | null {
  const given = request.headers["x-purpose"];
  if (given === undefined) return null;
  if (typeof given === "string" && PURPOSE.test(given)) return given;
  const message = "must be a name of at most 64 lower-case letters, digits, - and _";
  throw problem("request.invalid", {}, { issues: [{ path: "header.X-Purpose", message }] });
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
