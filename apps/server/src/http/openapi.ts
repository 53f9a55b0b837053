import { openApiDocument } from "@granary/protocol";
import type { FastifyInstance } from "fastify";

/** Serves the API's description, derived from the route table and built at the first request. */
export function addOpenApi(app: FastifyInstance, options: { readonly version: string; readonly publicUrl: string }): void {
  let text: string | undefined;
  app.get("/api/openapi.json", async (_request, reply) => {
    text ??= JSON.stringify(openApiDocument({ version: options.version, serverUrl: options.publicUrl }));
    return reply.type("application/json; charset=utf-8").header("cache-control", "no-cache").send(text);
  });
}
