import type { Services } from "@granary/core/context";
import type { FastifyInstance } from "fastify";
import { sql } from "kysely";

type ComponentState = "up" | "down";

interface Health {
  readonly status: "ok" | "degraded" | "stopping";
  readonly version: string;
  readonly components: Readonly<Record<string, ComponentState>>;
}

const DEADLINE_MS = 2_000;
/** Balancers ask every few seconds; what lies elsewhere need not be asked as often. */
const REMEMBERED_MS = 15_000;

async function within(probe: Promise<boolean>): Promise<ComponentState> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), DEADLINE_MS);
  });
  const isUp = await Promise.race([probe.catch(() => false), deadline]).finally(() => clearTimeout(timer));
  return isUp ? "up" : "down";
}

function databaseState(services: Services): Promise<ComponentState> {
  const reader = services.database.reader("system") as Parameters<ReturnType<typeof sql>["execute"]>[0];
  return within(sql`select 1`.execute(reader).then(() => true));
}

function watch(isUp: () => Promise<boolean>): () => Promise<ComponentState> {
  let known: { readonly state: Promise<ComponentState>; readonly at: number } | undefined;
  return () => {
    if (known === undefined || performance.now() - known.at > REMEMBERED_MS) {
      known = { state: within(isUp()), at: performance.now() };
    }
    return known.state;
  };
}

/**
 * Liveness says the process answers, readiness that it can do its work; both at the root and below /api/v1. A storage that
 * or a virus scanner that is down is told and no reason to be taken out of service: it is down for every server, and people can still
 * do the rest.
 */
export function addHealth(app: FastifyInstance, options: { readonly services: Services; readonly version: string; readonly isStopping: () => boolean }): void {
  const { lake, scanner } = options.services;
  const others = { storage: watch(() => lake.isStorageReachable()), ...(scanner === undefined ? {} : { scanner: watch(() => scanner.isReachable()) }) };
  const ready = async (): Promise<Health> => {
    const watched = Object.entries(others).map(async ([name, state]) => [name, await state()] as const);
    const components = Object.fromEntries(await Promise.all([databaseState(options.services).then((state) => ["database", state] as const), ...watched]));
    const isWell = Object.values(components).every((state) => state === "up");
    return { status: options.isStopping() ? "stopping" : isWell ? "ok" : "degraded", version: options.version, components };
  };
  for (const prefix of ["", "/api/v1"]) {
    app.get(`${prefix}/health/live`, async () => ({ status: "ok" }));
    app.get(`${prefix}/health/ready`, async (_request, reply) => {
      const health = await ready();
      return reply
        .status(health.status !== "stopping" && health.components["database"] === "up" ? 200 : 503)
        .header("cache-control", "no-store")
        .send(health);
    });
    app.get(`${prefix}/health`, async (_request, reply) => reply.header("cache-control", "no-store").send(await ready()));
  }
}
