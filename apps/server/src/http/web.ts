import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import { problem } from "@granary/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

const ONE_YEAR_S = 31_536_000;

function isPage(request: FastifyRequest): boolean {
  const { pathname } = new URL(request.url, "http://localhost");
  const isApi = pathname.startsWith("/api/") && pathname !== "/api/docs" && !pathname.startsWith("/api/docs/");
  return request.method === "GET" && !isApi && !pathname.startsWith("/assets/") && (request.headers.accept ?? "").includes("text/html");
}

/** Serves the built web application: hashed assets for ever, its page for every address that is not the API's. */
export async function addWeb(app: FastifyInstance, root: string | undefined): Promise<void> {
  const isBuilt = root !== undefined && existsSync(join(root, "index.html"));
  if (isBuilt) {
    await app.register(fastifyStatic, {
      root,
      index: false,
      wildcard: false,
      preCompressed: true,
      cacheControl: false,
      setHeaders: (reply, path) => {
        void reply.header("cache-control", path.includes("/assets/") ? `public, max-age=${ONE_YEAR_S}, immutable` : "no-cache");
      },
    });
  }
  const page = (reply: FastifyReply) => reply.header("cache-control", "no-cache").sendFile("index.html");
  app.setNotFoundHandler((request, reply) => {
    if (isBuilt && isPage(request)) return page(reply);
    throw problem("route.not_found");
  });
  if (isBuilt) app.get("/", (_request, reply) => page(reply));
}
