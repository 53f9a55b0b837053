import { Readable } from "node:stream";
import { authorize } from "@granary/core/access";
import { createCtx, type Ctx, type Principal, type Services } from "@granary/core/context";
import { enforceSession, touchIdentified } from "@granary/core/identity";
import { problem, type RouteSpec, routes, successStatus } from "@granary/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { Answer, type Cookie, type Handler, type Handlers, type Part } from "./answer.ts";
import { authenticate, refuseForeignOrigin, SESSION_COOKIE } from "./authenticate.ts";
import { type Claim, claimIdempotencyKey, releaseIdempotencyKey } from "./idempotency.ts";
import type { RateLimits } from "./rate-limits.ts";
import { requiredVersion, validate } from "./validate.ts";

export interface MountOptions {
  readonly services: Services;
  readonly handlers: Handlers;
  readonly limits: RateLimits;
  readonly allowedOrigins: ReadonlySet<string>;
  readonly uploadLimit: number;
  readonly secureCookies: boolean;
  /** Called when a signed-in caller lacks a permission. */
  readonly onDenied: (ctx: Ctx, error: unknown, routeId: string) => void;
}

declare module "fastify" {
  interface FastifyRequest {
    principal: Principal | undefined;
  }
}

const BODY_TIMEOUT_MS = 30_000;

/** `/users/{id}` as Fastify writes it. */
function fastifyPath(path: string): string {
  return `/api/v1${path.replace(/\{(\w+)\}/g, ":$1")}`;
}

function responseSchemas(spec: RouteSpec): Record<string, unknown> {
  const entries = Object.entries(spec.responses).filter(([, schema]) => schema !== null && schema !== "bytes");
  return Object.fromEntries(
    entries.map(([status, schema]) => [status, z.toJSONSchema(schema as z.ZodType, { io: "output", unrepresentable: "any", target: "draft-7" })]),
  );
}

/** Puts every route of the contract on the server, each with the same steps in the same order. */
export function mountRoutes(app: FastifyInstance, options: MountOptions): void {
  for (const [id, spec] of Object.entries(routes) as [keyof typeof routes, RouteSpec][]) {
    const handler = options.handlers[id] as unknown as Handler<RouteSpec>;
    for (const path of [spec.path, ...(spec.aliases ?? [])]) {
      app.route({
        method: spec.method,
        url: fastifyPath(path),
        ...(spec.bodyKind === "bytes" || spec.bodyKind === "multipart" ? { bodyLimit: options.uploadLimit } : {}),
        schema: { response: responseSchemas(spec) },
        // Everything that decides about access runs before the body is read.
        onRequest: (request) => admit(options, id, spec, request),
        handler: (request, reply) => run(options, id, spec, handler, request, reply),
      });
    }
  }
}

/** A JSON body that does not arrive in time holds a connection for nothing: it is cut. */
function limitBodyTime(spec: RouteSpec, request: FastifyRequest): void {
  const { raw } = request;
  if (spec.method === "GET" || raw.complete || (spec.bodyKind ?? "json") !== "json") return;
  const timer = setTimeout(() => {
    if (!raw.complete) raw.destroy(problem("request.timeout"));
  }, BODY_TIMEOUT_MS);
  raw.once("close", () => clearTimeout(timer));
}

async function admit(options: MountOptions, id: string, spec: RouteSpec, request: FastifyRequest): Promise<void> {
  limitBodyTime(spec, request);
  await options.limits.byAddress(request, spec);
  const { principal, identified } = await authenticate(options.services, request, spec.access === "public");
  refuseForeignOrigin(request, options.allowedOrigins);
  request.principal = principal;
  if (identified !== undefined) enforceSession(identified, id);
  await options.limits.byPrincipal(request, spec, principal);
  if (spec.access !== "public") {
    try {
      if (spec.access === "signed_in") requireSignedIn(principal);
      else authorize(principal, spec.access);
    } catch (error) {
      options.onDenied(contextOf(options.services, request), error, id);
      throw error;
    }
  }
  if (identified?.needsTouch === true)
    void touchIdentified(options.services, identified.principal, request.ip).catch((error: unknown) =>
      request.log.warn({ err: error }, "could not renew last seen"),
    );
}

function requireSignedIn(principal: Principal): void {
  if (principal.kind === "anonymous") authorize(principal, "dataset:read");
}

function contextOf(services: Services, request: FastifyRequest, extra: { claim?: Claim | undefined; signal?: AbortSignal } = {}): Ctx {
  return createCtx({
    services,
    principal: request.principal as Principal,
    request: {
      id: request.id,
      ip: request.ip,
      userAgent: request.headers["user-agent"]?.slice(0, 500) ?? null,
      ...(extra.claim === undefined ? {} : { idempotency: extra.claim.info }),
    },
    log: request.log as unknown as Services["log"],
    ...(extra.signal === undefined ? {} : { signal: extra.signal }),
  });
}

async function run(
  options: MountOptions,
  id: string,
  spec: RouteSpec,
  handler: Handler<RouteSpec>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { services } = options;
  const input = validate(spec, request);
  const version = requiredVersion(spec, request);
  const claim = await claimIdempotencyKey(services, id, spec, request, request.principal as Principal);
  if (claim?.stored !== undefined) return replay(reply, claim.stored);
  const aborted = new AbortController();
  request.raw.once("close", () => {
    if (!reply.sent && request.raw.destroyed) aborted.abort();
  });
  try {
    const ctx = contextOf(services, request, { claim, signal: aborted.signal });
    const result = await handler(ctx, {
      ...(input as { params: undefined; query: undefined; body: undefined }),
      version,
      parts: () => partsOf(request),
      stream: request.body instanceof Readable ? request.body : request.raw,
      cookie: (name) => request.cookies[name],
    });
    return send(options, spec, request, reply, result);
  } catch (error) {
    if (claim !== undefined) await releaseIdempotencyKey(services, claim);
    throw error;
  }
}

function replay(reply: FastifyReply, stored: { status: number; body: string | null }): FastifyReply {
  reply.status(stored.status).header("idempotency-replayed", "true");
  return stored.body === null
    ? reply.send()
    : reply
        .type("application/json; charset=utf-8")
        .serializer((body: unknown) => body as string)
        .send(stored.body);
}

async function* partsOf(request: FastifyRequest): AsyncIterable<Part> {
  for await (const part of request.parts()) {
    if (part.type === "file") yield { kind: "file", name: part.fieldname, filename: part.filename, stream: part.file };
    else yield { kind: "field", name: part.fieldname, value: String(part.value) };
  }
}

function setCookie(options: MountOptions, reply: FastifyReply, cookie: Cookie): void {
  const common = { path: "/", httpOnly: true, sameSite: "lax", secure: options.secureCookies } as const;
  if (cookie.value === null) reply.clearCookie(cookie.name, common);
  else reply.setCookie(cookie.name, cookie.value, { ...common, ...(cookie.maxAgeS === undefined ? {} : { maxAge: cookie.maxAgeS }) });
}

function send(options: MountOptions, spec: RouteSpec, request: FastifyRequest, reply: FastifyReply, result: unknown): FastifyReply {
  const full = result instanceof Answer ? result : new Answer(result, {});
  const { status = successStatus(spec), headers = {}, cookies = [] } = full.options;
  for (const cookie of cookies) setCookie(options, reply, cookie);
  reply.status(status).headers(headers);
  if (request.cookies[SESSION_COOKIE] !== undefined || !reply.hasHeader("cache-control")) reply.header("cache-control", headers["cache-control"] ?? "no-store");
  const { body } = full;
  if (spec.versioned === true && typeof body === "object" && body !== null && "version" in body) {
    const etag = `"${String(body.version)}"`;
    reply.header("etag", etag).header("cache-control", "private, no-cache");
    if (spec.method === "GET" && request.headers["if-none-match"] === etag) return reply.status(304).send();
  }
  return reply.send(body ?? undefined);
}
