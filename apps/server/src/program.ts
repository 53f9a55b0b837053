import { createServer } from "node:net";
import { join } from "node:path";
import type { Services } from "@granary/core/context";
import { reportFailedJob } from "@granary/core/jobs";
import { releaseLeases } from "@granary/jobs";
import { compose } from "./compose.ts";
import type { Config } from "./config.ts";
import { startCron } from "./cron/start-cron.ts";
import { openDatabaseServer } from "./database-server.ts";
import { createLog } from "./log.ts";
import { tryStorage } from "./storage.ts";
import { VERSION } from "./version.ts";
import { tellParent } from "./worker/parent-link.ts";
import { startWorkerRole } from "./worker/start-worker-role.ts";
import { superviseWorkers } from "./worker/supervise-workers.ts";

export interface Program {
  readonly url: string;
  /** Answers what is running, hands jobs back and closes everything; safe to call once. */
  stop(reason: string): Promise<void>;
}

async function freePort(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, host, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

function urlOf(host: string, port: number): string {
  const shown = host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `http://${shown}:${port}`;
}

/** Starts the roles the configuration asks for, in the order in which they need each other. */
export async function startProgram(config: Config): Promise<Program> {
  const logToFile = (config.env.GRANARY_LOG_TO ?? (config.mode === "production" ? "stdout" : "file")) === "file";
  const log = createLog({ level: config.env.GRANARY_LOG_LEVEL, name: config.roles.join("+"), directory: logToFile ? join(config.dataDir, "logs") : undefined });
  const port = config.port === 0 && config.roles.includes("web") ? await freePort(config.host) : config.port;
  const url = urlOf(config.host, port);
  await using starting = new AsyncDisposableStack();
  const database = starting.use(await openDatabaseServer(config, log));
  const { services } = starting.use(await compose({ config, url, connection: database.connection, log }));
  await tryStorage(config, services);
  const stoppers: ((reason: string) => Promise<void>)[] = [];
  if (config.roles.includes("web")) {
    // Worker processes are spared the HTTP server: 13 MB each at rest.
    const { startWebRole } = await import("./http/start-web-role.ts");
    stoppers.push(await startWebRole(config, services, port));
  }
  if (config.roles.includes("worker")) stoppers.push(await startWorkers(config, services, database.socket));
  if (config.roles.includes("cron")) stoppers.push(stopperOf(await startCron(services)));
  const resources = starting.move();
  log.info({ url, roles: config.roles, version: VERSION }, "started");
  return {
    url,
    async stop(reason) {
      log.info({ reason }, "stopping");
      await Promise.all(stoppers.map((stop) => stop(reason)));
      await resources.disposeAsync();
      log.info({}, "stopped");
    },
  };
}

function stopperOf(resource: AsyncDisposable): () => Promise<void> {
  return async () => resource[Symbol.asyncDispose]();
}

/** A process of the worker role alone takes jobs itself; one with other roles starts worker processes, so that no job can stop it from answering. */
async function startWorkers(config: Config, services: Services, socket: string | undefined): Promise<() => Promise<void>> {
  if (config.roles.length === 1) {
    const worker = await startWorkerRole({ services, onStuck: () => process.kill(process.pid, "SIGTERM") });
    tellParent(worker.owner);
    return stopperOf(worker);
  }
  const supervisor = superviseWorkers({
    count: config.env.GRANARY_WORKERS,
    script: process.argv[1] ?? "",
    args: ["--roles=worker", `--public-url=${services.config.publicUrl}`, ...(socket === undefined ? [] : [`--database-socket=${socket}`])],
    log: services.log,
    release: (owner) => releaseLeases(services.database, owner, (db, job) => reportFailedJob(services, db, job)),
  });
  return stopperOf(supervisor);
}
