import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

export const SUPERUSER = "granary";
export const DATABASE = "granary";
const MAINTENANCE_DATABASE = "postgres";
const POLL_MS = 25;
const CONNECT_TIMEOUT_MS = 5_000;
const NO_SUCH_DATABASE = "3D000";

/** Opens one connection, gives it to `use` and closes it. */
export async function withClient<T>(socketDir: string, database: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ host: socketDir, user: SUPERUSER, database, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // Without a listener, the end of the server would end this process too.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Whether any server accepts connections in this directory. */
export async function isServing(socketDir: string): Promise<boolean> {
  try {
    await withClient(socketDir, MAINTENANCE_DATABASE, (client) => client.query("select 1"));
    return true;
  } catch {
    return false;
  }
}

async function createOwnDatabase(socketDir: string): Promise<void> {
  await withClient(socketDir, MAINTENANCE_DATABASE, (client) => client.query(`create database ${DATABASE}`));
}

async function tryOwnDatabase(socketDir: string): Promise<boolean> {
  try {
    await withClient(socketDir, DATABASE, (client) => client.query("select 1"));
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === NO_SUCH_DATABASE) await createOwnDatabase(socketDir).catch(() => undefined);
    return false;
  }
}

/**
 * Waits until the server accepts connections to its database, however long its recovery takes: "starting up" and
 * "shutting down" are answers to wait for. Returns false when `isRunning` says that nothing more will come.
 */
export async function waitUntilReady(socketDir: string, isRunning: () => Promise<boolean>): Promise<boolean> {
  while (await isRunning()) {
    if (await tryOwnDatabase(socketDir)) return true;
    await sleep(POLL_MS);
  }
  return false;
}
