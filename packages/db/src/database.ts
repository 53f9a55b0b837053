import { type Logger, releasable } from "@granary/kernel";
import { Kysely, PostgresDialect, type RawBuilder, type Transaction } from "kysely";
import pg from "pg";
import { isRetryable } from "./failures.ts";
import { currentTransaction, FinishedGuard, type OpenTransaction, ReaderGuard } from "./guards.ts";
import { createListener, type Listener } from "./listener.ts";
import type { Scope } from "./scope.ts";
import type { DB } from "./tables.gen.ts";
import { systemPool, workspacePool } from "./workspace-pool.ts";

const MAX_WORKSPACE_HANDLES = 500;
const MAX_ATTEMPTS = 4;

/** A handle that can only read. */
export type Reader = Pick<Kysely<DB>, "selectFrom" | "selectNoFrom" | "with" | "withRecursive" | "getExecutor" | "fn" | "dynamic" | "executeQuery">;

/** A handle of an open transaction; the only thing that can write. */
export type Writer = Transaction<DB>;

export interface ConnectionOptions {
  /** A PostgreSQL URL, or the socket directory, user and database of the embedded server. */
  readonly url?: string;
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly database?: string;
}

export interface DatabaseOptions {
  readonly connection: ConnectionOptions;
  readonly log: Logger;
  /** Most connections for workspace work; the system role gets half as many. */
  readonly maxConnections?: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
}

/** The platform's metadata database: reads, transactions and notifications, each in a stated scope. */
export interface Database extends AsyncDisposable {
  /** A read-only handle. Each statement sees the scope's rows alone. */
  reader(scope: Scope): Reader;
  /**
   * Runs `work` in one transaction and commits when it returns. Runs it again when the transaction lost against a
   * concurrent one (at most 4 times), so `work` must have no effects outside the transaction.
   */
  tx<T>(scope: Scope, work: (tx: Writer) => Promise<T>): Promise<T>;
  /**
   * Runs one statement that only adds rows to a log, by itself: one round trip, also from within a transaction, which it is no part of.
   * Nobody hears of it through {@link onCommit}, for nothing that anybody remembers has changed.
   */
  append(scope: Scope, statement: RawBuilder<unknown>): Promise<void>;
  /** Calls back, without waiting, after every transaction that committed through this handle. */
  onCommit(callback: () => void): void;
  /** Calls back for every NOTIFY on a channel; see {@link Listener}. */
  readonly listener: Listener;
  /** Connections in use and waiting, for metrics. */
  usage(): { total: number; idle: number; waiting: number };
}

type ConnectionRole = "granary_app" | "granary_system" | "owner";

// Statements are prepared and mostly keyed look-ups: planning the one that finds the caller took as long again as running it.
const PLAN_ONCE = "-c plan_cache_mode=force_generic_plan";

/** The embedded server trusts its socket: the role signs in itself and cannot become another. */
function socketTarget(connection: ConnectionOptions, role: ConnectionRole) {
  const { host, port, database } = connection;
  return role === "owner" ? { host, port, database, user: connection.user } : { host, port, database, user: role, options: PLAN_ONCE };
}

/** Any other server knows the owner alone, who takes the role on for the whole connection. */
function urlTarget(url: string, role: ConnectionRole) {
  return { connectionString: url, ...(role === "owner" ? {} : { options: `-c role=${role} ${PLAN_ONCE}` }) };
}

/** The `pg` configuration of a connection that acts as one of the platform's two roles. */
export function clientConfig(connection: ConnectionOptions, role: ConnectionRole, applicationName = "granary"): pg.ClientConfig {
  const target = connection.url === undefined ? socketTarget(connection, role) : urlTarget(connection.url, role);
  return { ...target, application_name: applicationName, connectionTimeoutMillis: 10_000, keepAlive: true } as pg.ClientConfig;
}

function createPool(options: DatabaseOptions, role: "granary_app" | "granary_system", max: number): pg.Pool {
  const pool = new pg.Pool({ ...clientConfig(options.connection, role, options.applicationName), max, idleTimeoutMillis: 10_000, maxLifetimeSeconds: 3_600 });
  pool.on("error", (error) => options.log.warn({ err: error }, "an idle database connection was lost"));
  // The pool listens to idle connections alone. One that is lost between two statements of a transaction tells nobody else,
  // and an error event without a listener ends the process; the next statement reports the loss.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

interface Handles {
  readonly db: Kysely<DB>;
  readonly reader: Reader;
}

function handlesOver(pool: ReturnType<typeof workspacePool> | ReturnType<typeof systemPool>): Handles {
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool: pool as never }) });
  return { db, reader: db.withPlugin(new ReaderGuard()) };
}

/** Connects the pools. Nothing is opened until the first statement. */
export function openDatabase(options: DatabaseOptions): Database {
  const max = options.maxConnections ?? 12;
  const appPool = createPool(options, "granary_app", max);
  const sysPool = createPool(options, "granary_system", Math.max(2, Math.ceil(max / 2)));
  const system = handlesOver(systemPool(sysPool));
  const byWorkspace = new Map<string, Handles>();
  const committed = new Set<() => void>();

  function handles(scope: Scope): Handles {
    if (scope === "system") return system;
    const known = byWorkspace.get(scope.workspaceId);
    if (known !== undefined) return known;
    const created = handlesOver(workspacePool(appPool, scope.workspaceId));
    if (byWorkspace.size >= MAX_WORKSPACE_HANDLES) byWorkspace.clear();
    byWorkspace.set(scope.workspaceId, created);
    return created;
  }

  const listener = createListener({
    config: clientConfig(options.connection, "granary_system", `${options.applicationName ?? "granary"} listener`),
    log: options.log,
  });
  const pools = releasable(async () => {
    await listener[Symbol.asyncDispose]();
    await Promise.all([appPool.end(), sysPool.end()]);
  });

  return {
    reader: (scope) => handles(scope).reader,
    async tx(scope, work) {
      const result = await runTransaction(handles(scope).db, work);
      for (const callback of committed) callback();
      return result;
    },
    async append(scope, statement) {
      await statement.execute(handles(scope).db);
    },
    onCommit: (callback) => void committed.add(callback),
    listener,
    usage: () => ({
      total: appPool.totalCount + sysPool.totalCount,
      idle: appPool.idleCount + sysPool.idleCount,
      waiting: appPool.waitingCount + sysPool.waitingCount,
    }),
    [Symbol.asyncDispose]: () => pools[Symbol.asyncDispose](),
  };
}

async function runTransaction<T>(db: Kysely<DB>, work: (tx: Writer) => Promise<T>): Promise<T> {
  if (currentTransaction.getStore()?.finished === false)
    throw new Error("A transaction inside a transaction: pass the inner ctx on instead of opening another.");
  for (let attempt = 1; ; attempt += 1) {
    const open: OpenTransaction = { finished: false };
    try {
      return await currentTransaction.run(open, () =>
        db.transaction().execute(async (tx) => {
          try {
            return await work(tx.withPlugin(new FinishedGuard(open)) as Writer);
          } finally {
            open.finished = true;
          }
        }),
      );
    } catch (error) {
      if (attempt >= MAX_ATTEMPTS || !isRetryable(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5 * 2 ** attempt * (0.5 + Math.random())));
    }
  }
}
