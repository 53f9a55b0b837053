import { join } from "node:path";
import { createCtx, type Ctx, systemPrincipal } from "@granary/core/context";
import { type ConnectionOptions, connectOwner, inspectEmbeddedPostgres, startEmbeddedPostgres } from "@granary/db";
import { newId, silentLogger } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { compose } from "../compose.ts";
import type { Config } from "../config.ts";

/** The database of an installation, reached from beside the program. */
export interface Installation extends AsyncDisposable {
  readonly connection: ConnectionOptions;
}

export interface OpenOptions {
  /** `beside`: a running program does not mind. `alone`: nobody else may be at work. */
  readonly use: "beside" | "alone";
  /** Whether an installation that does not exist yet is begun. */
  readonly create?: boolean;
}

const leaveRunning = async (): Promise<void> => undefined;

export const postgresDirectory = (config: Config): string => join(config.dataDir, "postgres");

async function refuseWhenInUse(connection: ConnectionOptions): Promise<void> {
  await using client = await connectOwner(connection, "granary admin");
  const { rows } = await client.query<{ text: string }>(
    `select format('%s (process %s%s)', application_name, pid, coalesce(', ' || client_addr, '')) as text from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and application_name like 'granary%' order by pid`,
  );
  if (rows.length > 0) throw problem("installation.in_use", { sessions: rows.map((row) => row.text).join(", ") });
}

/**
 * Opens the installation's database: the server of DATABASE_URL, the embedded one through the socket of the running
 * program, or the embedded one started for as long as this is held, which keeps a program from starting meanwhile.
 * Throws `installation.absent`, `database.locked` or `installation.in_use`.
 */
export async function openInstallation(config: Config, options: OpenOptions): Promise<Installation> {
  if (config.databaseUrl !== undefined) {
    const connection = { url: config.databaseUrl };
    if (options.use === "alone") await refuseWhenInUse(connection);
    return { connection, [Symbol.asyncDispose]: leaveRunning };
  }
  const directory = postgresDirectory(config);
  const found = await inspectEmbeddedPostgres(directory);
  if (found.state === "absent" && options.create !== true) throw problem("installation.absent", { directory: config.dataDir });
  if (found.state === "supervised") {
    if (options.use === "beside") return { connection: found.connection, [Symbol.asyncDispose]: leaveRunning };
    throw problem("database.locked", { directory: config.dataDir, pid: found.holder?.pid, command: found.holder?.command });
  }
  const server = await startEmbeddedPostgres({ dataDir: directory, mode: "durable" });
  return { connection: server.connection, [Symbol.asyncDispose]: () => server.stop() };
}

/** Runs `work` as the platform itself, with everything features need. */
export async function asPlatform<T>(config: Config, connection: ConnectionOptions, work: (ctx: Ctx) => Promise<T>): Promise<T> {
  await using composition = await compose({ config, connection, url: config.publicUrl ?? `http://localhost:${config.port}`, log: silentLogger });
  const request = { id: newId("request"), ip: null, userAgent: "granary-admin" };
  return await work(createCtx({ services: composition.services, principal: systemPrincipal(), request }));
}
