import type { Services } from "@granary/core/context";
import type { FastifyInstance } from "fastify";
import { sql } from "kysely";

type ComponentState = "up" | "down";

interface Health {
  readonly status: "ok" | "degraded" | "stopping";
  readonly version: string;
  readonly components: Readonly<Record<string, ComponentState>>;
}

const DATABASE_DEADLINE_MS = 2_000;

async function databaseState(services: Services): Promise<ComponentState> {
  const probe = sql`select 1`.execute(services.database.reader("system") as Parameters<ReturnType<typeof sql>["execute"]>[0]).then(() => "up" as const);
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<ComponentState>((resolve) => {
    timer = setTimeout(() => resolve("down"), DATABASE_DEADLINE_MS);
  });
  return Promise.race([probe.catch(() => "down" as const), deadline]).finally(() => clearTimeout(timer));
}

/** Liveness says the process answers, readiness that it can do its work; both at the root and below /api/v1. */
export function addHealth(app: FastifyInstance, options: { readonly services: Services; readonly version: string; readonly isStopping: () => boolean }): void {
  const ready = async (): Promise<Health> => {
    const database = await databaseState(options.services);
    const status = options.isStopping() ? "stopping" : database === "up" ? "ok" : "degraded";
    return { status, version: options.version, components: { database } };
  };
  for (const prefix of ["", "/api/v1"]) {
    app.get(`${prefix}/health/live`, async () => ({ status: "ok" }));
    app.get(`${prefix}/health/ready`, async (_request, reply) => {
      const health = await ready();
      return reply
        .status(health.status === "ok" ? 200 : 503)
        .header("cache-control", "no-store")
        .send(health);
    });
    app.get(`${prefix}/health`, async (_request, reply) => reply.header("cache-control", "no-store").send(await ready()));
  }
}
