import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "@granary/kernel";
import { problem } from "@granary/protocol";
import pg from "pg";

export const SUPERUSER = "granary";
export const DATABASE = "granary";
const MAINTENANCE_DATABASE = "postgres";
const FIRST_POLL_MS = 15;
/** Every attempt during a recovery writes a line into the server's log. */
const MAX_POLL_MS = 300;
const CONNECT_TIMEOUT_MS = 5_000;
const REPORT_MS = 10_000;
const NO_SUCH_DATABASE = "3D000";
/** The second comes when the session of a killed program is creating it at this moment. */
const DUPLICATE_DATABASE: ReadonlySet<string> = new Set(["42P04", "23505"]);
/** SQLSTATE class "invalid authorization": somebody edited pg_hba.conf, and waiting will not help. */
const REFUSED_CLASS = "28";

/** Opens one connection, gives it to `use` and closes it. */
async function withClient<T>(socketDir: string, database: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
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

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

async function createOwnDatabase(socketDir: string): Promise<void> {
  try {
    await withClient(socketDir, MAINTENANCE_DATABASE, (client) => client.query(`create database ${DATABASE}`));
  } catch (cause) {
    if (!DUPLICATE_DATABASE.has(codeOf(cause))) throw problem("database.start_failed", { detail: String(cause) }, { cause });
  }
}

async function tryOwnDatabase(socketDir: string): Promise<boolean> {
  try {
    await withClient(socketDir, DATABASE, (client) => client.query("select 1"));
    return true;
  } catch (cause) {
    const code = codeOf(cause);
    if (code.startsWith(REFUSED_CLASS)) throw problem("database.start_failed", { detail: `It refuses us: ${String(cause)}` }, { cause });
    if (code === NO_SUCH_DATABASE) await createOwnDatabase(socketDir);
    return false;
  }
}

/**
 * Waits until the server accepts connections to its database, however long its recovery takes: "starting up" and
 * "shutting down" are answers to wait for. Returns false when `isRunning` says that nothing more will come.
 */
export async function waitUntilReady(socketDir: string, isRunning: () => Promise<boolean>, log: Logger): Promise<boolean> {
  let nextReport = performance.now() + REPORT_MS;
  for (let pause = FIRST_POLL_MS; await isRunning(); pause = Math.min(pause * 1.3, MAX_POLL_MS)) {
    if (await tryOwnDatabase(socketDir)) return true;
    await sleep(pause);
    if (performance.now() < nextReport) continue;
    log.info({}, "PostgreSQL is still starting; after a crash it replays its log first");
    nextReport = performance.now() + REPORT_MS;
  }
  return false;
}
