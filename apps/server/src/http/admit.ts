import { authorize } from "@granary/core/access";
import { requireUser, type Principal } from "@granary/core/context";
import { enforceSession, type Identified, touchIdentified } from "@granary/core/identity";
import { problem, type RouteSpec } from "@granary/protocol";
import type { FastifyRequest } from "fastify";
import { authenticate, refuseForeignOrigin } from "./authenticate.ts";
import { bodyKindOf, refuseOtherBody } from "./body-kind.ts";
import type { Endpoint } from "./endpoint.ts";
import { requestCtx } from "./request-ctx.ts";
import { viewedPrincipal } from "./view-as.ts";

const BODY_TIMEOUT_MS = 30_000;

/** A JSON body that does not arrive in time holds a connection for nothing: it is cut. */
function limitBodyTime(spec: RouteSpec, request: FastifyRequest): void {
  const { raw } = request;
  if (spec.method === "GET" || raw.complete || bodyKindOf(spec, request) !== "json") return;
  const timer = setTimeout(() => {
    if (!raw.complete) raw.destroy(problem("request.timeout"));
  }, BODY_TIMEOUT_MS);
  raw.once("close", () => clearTimeout(timer));
}

function requireAccess(spec: RouteSpec, principal: Principal): void {
  if (spec.access === "public") return;
  if (spec.access === "signed_in") requireUser(principal);
  else authorize(principal, spec.access);
}

function renewLastSeen(endpoint: Endpoint, identified: Identified, request: FastifyRequest): void {
  if (!identified.needsTouch) return;
  touchIdentified(endpoint.options.services, identified.principal, request.ip).catch((error: unknown) =>
    request.log.warn({ err: error }, "could not renew last seen"),
  );
}

/** Everything that decides whether a request may run; it happens before the body is read. */
export async function admit(endpoint: Endpoint, request: FastifyRequest): Promise<void> {
  const { id, spec, options } = endpoint;
  limitBodyTime(spec, request);
  await options.limits.byAddress(request, spec);
  const { principal, identified } = await authenticate(options.services, request, spec.access === "public");
  refuseForeignOrigin(request, options.allowedOrigins);
  request.principal = principal;
  if (identified !== undefined) enforceSession(identified, id);
  await options.limits.byPrincipal(request, spec, principal);
  try {
    requireAccess(spec, principal);
    request.principal = await viewedPrincipal(options.services, spec, request, principal);
    if (request.principal !== principal) requireAccess(spec, request.principal);
  } catch (error) {
    options.onDenied(requestCtx(options.services, request), error, id);
    throw error;
  }
  refuseOtherBody(spec, request);
  if (identified !== undefined) renewLastSeen(endpoint, identified, request);
}
