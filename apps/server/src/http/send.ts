import { type RouteSpec, successStatus } from "@granary/protocol";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Answer, type Cookie } from "./answer.ts";

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

function setCookie(reply: FastifyReply, cookie: Cookie, secure: boolean): void {
  const common = { path: "/", httpOnly: true, sameSite: "lax", secure } as const;
  if (cookie.value === null) reply.clearCookie(cookie.name, common);
  else reply.setCookie(cookie.name, cookie.value, { ...common, ...(cookie.maxAgeS === undefined ? {} : { maxAge: cookie.maxAgeS }) });
}

function etagOf(spec: RouteSpec, body: unknown): string | undefined {
  const isVersioned = spec.versioned === true && typeof body === "object" && body !== null && "version" in body;
  return isVersioned ? `"${String(body.version)}"` : undefined;
}

/** Sends what a handler returned. Nothing of the API is cached, except that a versioned object may be asked for by its ETag. */
export function send(spec: RouteSpec, result: unknown, { request, reply }: Exchange, secureCookies: boolean): FastifyReply {
  const { body, options } = result instanceof Answer ? result : new Answer(result, {});
  for (const cookie of options.cookies ?? []) setCookie(reply, cookie, secureCookies);
  reply
    .status(options.status ?? successStatus(spec))
    .header("cache-control", "no-store")
    .headers(options.headers ?? {});
  const etag = etagOf(spec, body);
  if (etag !== undefined) {
    // Not stored: `status`, `can` and other derived fields change while the version stays, and a browser would show the old ones after a 304.
    reply.header("etag", etag).header("cache-control", "private, no-store");
    if (spec.method === "GET" && request.headers["if-none-match"] === etag) return reply.status(304).send();
  }
  return reply.send(body ?? undefined);
}

/** Sends the answer a repeated request got the first time, byte for byte. */
export function replay(reply: FastifyReply, stored: { readonly status: number; readonly body: string | null }): FastifyReply {
  reply.status(stored.status).header("cache-control", "no-store").header("idempotency-replayed", "true");
  if (stored.body === null) return reply.send();
  return reply
    .type("application/json; charset=utf-8")
    .serializer((body: unknown) => body as string)
    .send(stored.body);
}
