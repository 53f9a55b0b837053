import { anonymous, type Principal, type Services } from "@granary/core/context";
import { findPrincipal, type Identified } from "@granary/core/identity";
import { problem } from "@granary/protocol";
import type { FastifyRequest } from "fastify";

export const SESSION_COOKIE = "granary_session";
const WORKSPACE_HEADER = "granary-workspace";

interface Presented {
  readonly token: string;
  readonly byCookie: boolean;
}

/** The credential a request carries: an API key or bearer header first, then the session cookie. */
export function presentedToken(request: FastifyRequest): Presented | undefined {
  const apiKey = request.headers["x-api-key"];
  if (typeof apiKey === "string") return { token: apiKey, byCookie: false };
  const [scheme, bearer] = (request.headers.authorization ?? "").split(" ", 2);
  if (scheme?.toLowerCase() === "bearer" && bearer !== undefined) return { token: bearer, byCookie: false };
  const cookie = request.cookies[SESSION_COOKIE];
  return cookie === undefined ? undefined : { token: cookie, byCookie: true };
}

function workspaceAsked(request: FastifyRequest): string | null {
  const header = request.headers[WORKSPACE_HEADER];
  return typeof header === "string" && header !== "" ? header.slice(0, 64) : null;
}

/** Who calls. A credential that is not valid (any more) is refused rather than treated as absent, except a stale cookie on a public route. */
export async function authenticate(
  services: Services,
  request: FastifyRequest,
  isPublic: boolean,
): Promise<{ principal: Principal; identified: Identified | undefined }> {
  const presented = presentedToken(request);
  if (presented === undefined) return { principal: anonymous, identified: undefined };
  const identified = await findPrincipal(services, presented.token, workspaceAsked(request));
  if (identified !== undefined) return { principal: identified.principal, identified };
  if (isPublic) return { principal: anonymous, identified: undefined };
  throw problem("auth.required");
}

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Cross-site request forgery: an unsafe request that relies on the cookie must come from our own pages.
 * Browsers always send Origin or Sec-Fetch-Site with such requests; other clients use a header credential.
 */
export function refuseForeignOrigin(request: FastifyRequest, allowedOrigins: ReadonlySet<string>): void {
  if (SAFE_METHODS.has(request.method) || presentedToken(request)?.byCookie === false) return;
  const { origin } = request.headers;
  const site = request.headers["sec-fetch-site"];
  if (origin !== undefined) {
    if (origin === `${request.protocol}://${request.host}` || allowedOrigins.has(origin)) return;
    throw problem("auth.origin_refused");
  }
  if (site === undefined || site === "same-origin" || site === "none") {
    if (site !== undefined || presentedToken(request) === undefined) return;
  }
  throw problem("auth.origin_refused");
}
