import { timingSafeEqual } from "node:crypto";
import { problem } from "@granary/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Metrics } from "../metrics.ts";

const LOOPBACK = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);

function isAllowed(request: FastifyRequest, token: string | undefined): boolean {
  if (token === undefined) return LOOPBACK.has(request.socket.remoteAddress ?? "") && request.headers["x-forwarded-for"] === undefined;
  const given = Buffer.from((request.headers.authorization ?? "").replace(/^Bearer /i, ""));
  const expected = Buffer.from(token);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** `/metrics` for Prometheus: with the configured token, or from this machine when there is none. */
export function addMetrics(app: FastifyInstance, metrics: Metrics, token: string | undefined): void {
  app.get("/metrics", async (request, reply) => {
    if (!isAllowed(request, token)) throw problem("auth.required");
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "unmatched";
    metrics.requestSeconds.observe({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1_000);
  });
}
