import type { Principal } from "@granary/core/context";
import { problem, type RateClass, type RouteSpec } from "@granary/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";

export interface RateFigures {
  readonly read: number;
  readonly write: number;
  readonly sensitive: number;
}

/** Requests allowed a minute, by address before anything is looked up and by principal after. */
export interface RateLimits {
  byAddress(request: FastifyRequest, spec: RouteSpec): Promise<void>;
  byPrincipal(request: FastifyRequest, spec: RouteSpec, principal: Principal): Promise<void>;
}

/** An address serves many people behind one router, so it gets more than one principal. */
const ADDRESS_FACTOR = 4;

function classOf(spec: RouteSpec): RateClass {
  return spec.rate ?? (spec.method === "GET" ? "read" : "write");
}

export function createRateLimits(app: FastifyInstance, figures: RateFigures): RateLimits {
  const limiter = (max: number, key: (request: FastifyRequest) => string) => app.createRateLimit({ max, timeWindow: 60_000, keyGenerator: key });
  const address = {
    general: limiter(ADDRESS_FACTOR * (figures.read + figures.write), (request) => `general ${request.ip}`),
    sensitive: limiter(figures.sensitive, (request) => `sensitive ${request.ip}`),
  };
  const principalKey = (request: FastifyRequest) => request.principal?.apiKeyId ?? request.principal?.userId ?? request.ip;
  const principal = {
    read: limiter(figures.read, (request) => `read ${principalKey(request)}`),
    write: limiter(figures.write, (request) => `write ${principalKey(request)}`),
  };
  const check = async (limit: ReturnType<typeof limiter>, request: FastifyRequest): Promise<void> => {
    const result = await limit(request);
    if (!result.isAllowed && result.isExceeded) throw problem("request.rate_limited", { seconds: result.ttlInSeconds });
  };
  return {
    async byAddress(request, spec) {
      await check(classOf(spec) === "sensitive" ? address.sensitive : address.general, request);
    },
    async byPrincipal(request, spec, caller) {
      if (caller.kind !== "anonymous") await check(classOf(spec) === "read" ? principal.read : principal.write, request);
    },
  };
}
