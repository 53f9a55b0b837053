import { join } from "node:path";
import { type ConnectionOptions, migrate, startEmbeddedPostgres } from "@granary/db";
import type { Logger } from "@granary/kernel";
import type { Config } from "./config.ts";

export interface DatabaseServer extends AsyncDisposable {
  readonly connection: ConnectionOptions;
  /** Set when this process runs the embedded server; passed on to worker processes. */
  readonly socket: string | undefined;
}

const nothing = async (): Promise<void> => undefined;

/** The database of the program: DATABASE_URL, the parent's embedded server, or an embedded server of its own; migrated. */
export async function openDatabaseServer(config: Config, log: Logger): Promise<DatabaseServer> {
  if (config.databaseSocket !== undefined) {
    return { connection: { host: config.databaseSocket, user: "granary", database: "granary" }, socket: config.databaseSocket, [Symbol.asyncDispose]: nothing };
  }
  if (config.databaseUrl !== undefined) {
    const connection = { url: config.databaseUrl };
    await migrate(connection, { log });
    return { connection, socket: undefined, [Symbol.asyncDispose]: nothing };
  }
  const server = await startEmbeddedPostgres({ dataDir: join(config.dataDir, "postgres"), mode: "durable", log });
  try {
    await migrate(server.connection, { log });
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { connection: server.connection, socket: server.connection.host, [Symbol.asyncDispose]: () => server.stop() };
}
