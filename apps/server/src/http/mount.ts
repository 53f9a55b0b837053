import { type RouteId, type RouteSpec, routes } from "@granary/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { admit } from "./admit.ts";
import type { Handler } from "./answer.ts";
import type { Endpoint, MountOptions } from "./endpoint.ts";
import { run } from "./run.ts";

/** `/users/{id}` as Fastify writes it. */
function fastifyPath(path: string): string {
  return `/api/v1${path.replace(/\{(\w+)\}/g, ":$1")}`;
}

/** Answers are serialised by their schemas, so a field that is not declared never leaves the server. */
function responseSchemas(spec: RouteSpec): Record<string, unknown> {
  const entries = Object.entries(spec.responses).filter(([, schema]) => schema !== null && schema !== "bytes");
  return Object.fromEntries(
    entries.map(([status, schema]) => [status, z.toJSONSchema(schema as z.ZodType, { io: "output", unrepresentable: "any", target: "draft-7" })]),
  );
}

/** Puts every route of the contract on the server, each with the same steps in the same order. */
export function mountRoutes(app: FastifyInstance, options: MountOptions): void {
  for (const [id, spec] of Object.entries(routes) as [RouteId, RouteSpec][]) {
    const endpoint: Endpoint = { id, spec, handler: options.handlers[id] as unknown as Handler<RouteSpec>, options };
    const streams = spec.bodyKind === "bytes" || spec.bodyKind === "multipart";
    for (const path of [spec.path, ...(spec.aliases ?? [])]) {
      app.route({
        method: spec.method,
        url: fastifyPath(path),
        ...(streams ? { bodyLimit: options.uploadLimit } : {}),
        schema: { response: responseSchemas(spec) },
        onRequest: (request) => admit(endpoint, request),
        handler: (request, reply) => run(endpoint, request, reply),
      });
    }
  }
}
