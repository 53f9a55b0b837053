import type { Database, Reader, Writer } from "@granary/db";
import type { Engine } from "@granary/engine";
import type { EnqueueOptions, JobName, JobPayload } from "@granary/jobs";
import { enqueueJob } from "@granary/jobs";
import type { Clock, Id, Logger } from "@granary/kernel";
import type { Lake } from "@granary/lake";
import type { PrincipalCache } from "../identity/index.ts";
import type { VirusScanner } from "../uploads/index.ts";
import type { RunningQueries } from "../sql-console/index.ts";
import type { CoreConfig } from "./config.ts";
import { type Principal, requireWorkspace } from "./principal.ts";
import { type NewEvent, recordEvent } from "./record-event.ts";

/** What every feature may use; built once in the composition root. */
export interface Services {
  readonly config: CoreConfig;
  readonly clock: Clock;
  readonly database: Database;
  readonly lake: Lake;
  /** Processes that look at files; table data is read through the lake alone. */
  readonly engine: Engine;
  /** People's SQL queries that run in this process. */
  readonly queries: RunningQueries;
  /** Looks at every file that arrives; undefined where none is configured. */
  readonly scanner: VirusScanner | undefined;
  /** Who a token belongs to, remembered for a moment. */
  readonly principals: PrincipalCache;
  readonly log: Logger;
}

/** Where a request or job came from. */
export interface RequestInfo {
  readonly id: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** Why data is looked at, as the caller says: a short name, such as `billing`. */
  readonly purpose?: string | null;
  /** Set when the caller sent an Idempotency-Key: the answer is stored in the request's first transaction. */
  readonly idempotency?: { readonly principal: string; readonly key: string; readonly status: number };
}

interface Shared {
  readonly principal: Principal;
  readonly request: RequestInfo;
  readonly services: Services;
  readonly log: Logger;
  /** Aborted when the caller went away, the job was cancelled or the program stops. */
  readonly signal: AbortSignal;
  /** The workspace of the request; throws `workspace.not_found` when there is none. */
  readonly workspaceId: Id<"workspace">;
}

/** The context of a request or job outside a transaction: it reads. */
export interface Ctx extends Shared {
  /** Rows of the caller's workspace alone. */
  readonly db: Reader;
  /** Opens the one way to write. Return the presented answer from it: it is what a repeated request gets again. */
  tx<T>(work: (ctx: TxCtx) => Promise<T>): Promise<T>;
  /** Across workspaces, for sign-in and instance administration alone. */
  readonly system: {
    readonly db: Reader;
    tx<T>(work: (ctx: TxCtx) => Promise<T>): Promise<T>;
  };
}

/** The context inside a transaction: everything done through it commits together or not at all. */
export interface TxCtx extends Shared {
  readonly db: Writer;
  readonly now: Date;
  /** Writes the event that tells of this change: audit entry, realtime, webhooks and lineage all derive from it. */
  record(event: NewEvent): Promise<void>;
  /** Queues a job that becomes visible to workers when the transaction commits. */
  enqueue<N extends JobName>(name: N, payload: JobPayload<N>, options?: EnqueueOptions): Promise<Id<"job">>;
  /** Runs after the commit, never when it fails; for effects outside the database. */
  afterCommit(effect: () => void | Promise<void>): void;
}

export interface CtxOptions {
  readonly services: Services;
  readonly principal: Principal;
  readonly request: RequestInfo;
  readonly log?: Logger;
  readonly signal?: AbortSignal;
  /** Runs last in every transaction; a job's context refuses here what a worker that lost the job wants to commit. */
  readonly beforeCommit?: (db: Writer) => Promise<void>;
}

const never = new AbortController().signal;

/** Builds the context of one request or job. */
export function createCtx(options: CtxOptions): Ctx {
  const { services, principal, request } = options;
  const shared = {
    principal,
    request,
    services,
    log: options.log ?? services.log,
    signal: options.signal ?? never,
  };
  const pending = { answered: false };
  return {
    ...shared,
    get workspaceId() {
      return requireWorkspace(principal);
    },
    get db() {
      return services.database.reader({ workspaceId: requireWorkspace(principal) });
    },
    tx: (work) => runInTransaction(options, pending, work, "workspace"),
    system: {
      get db() {
        return services.database.reader("system");
      },
      tx: (work) => runInTransaction(options, pending, work, "system"),
    },
  };
}

async function runInTransaction<T>(
  options: CtxOptions,
  pending: { answered: boolean },
  work: (ctx: TxCtx) => Promise<T>,
  kind: "workspace" | "system",
): Promise<T> {
  const { services, principal, request } = options;
  const log = options.log ?? services.log;
  const scope = kind === "system" ? "system" : { workspaceId: requireWorkspace(principal) };
  let effects: (() => void | Promise<void>)[] = [];
  const result = await services.database.tx(scope, async (db) => {
    effects = [];
    const now = services.clock.now();
    const value = await work({
      principal,
      request,
      services,
      log,
      signal: options.signal ?? never,
      get workspaceId() {
        return requireWorkspace(principal);
      },
      db,
      now,
      record: (event) => recordEvent(db, { principal, request, now }, event),
      enqueue: (name, payload, enqueueOptions) =>
        enqueueJob(db, { name, payload, workspaceId: principal.workspaceId, correlationId: request.id, startedBy: principal.userId, now, ...enqueueOptions }),
      afterCommit: (effect) => effects.push(effect),
    });
    await storeAnswer(db, request, pending, value);
    await options.beforeCommit?.(db);
    return value;
  });
  pending.answered = true;
  for (const effect of effects) await effect();
  return result;
}

async function storeAnswer(db: Writer, request: RequestInfo, pending: { answered: boolean }, value: unknown): Promise<void> {
  if (request.idempotency === undefined || pending.answered) return;
  const { principal, key, status } = request.idempotency;
  await db
    .updateTable("idempotency_keys")
    .set({ status, response: value === undefined ? null : JSON.stringify(value) })
    .where("principal", "=", principal)
    .where("key", "=", key)
    .execute();
}
