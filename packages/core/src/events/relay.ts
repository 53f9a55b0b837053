import type { Database } from "@granary/db";
import { type Logger, releasable } from "@granary/kernel";
import { sql } from "kysely";

/** One transaction places at most this many, so that a backlog of millions neither locks nor copies for long. */
const BATCH = 500;
/** Notices can be lost (a reconnect, a process that died between commit and placing); the poll finds what they missed. */
const POLL_MS = 5_000;

/**
 * Gives waiting events their positions in commit order, extends the hash chain and notifies `granary_events` with the last
 * position. Returns how many were placed; -1 when another process is placing now.
 */
export async function placeEvents(database: Database, batch: number = BATCH): Promise<number> {
  const { rows } = await database.tx("system", (tx) => sql<{ placed: number }>`select place_events(${batch}) as placed`.execute(tx));
  return rows[0]?.placed ?? 0;
}

/** As {@link placeEvents}, for the entries of the access log. Nobody is notified of these: reading must not cost that. */
async function placeAccessEntries(database: Database, batch: number = BATCH): Promise<number> {
  const { rows } = await database.tx("system", (tx) => sql<{ placed: number }>`select place_access_entries(${batch}) as placed`.execute(tx));
  return rows[0]?.placed ?? 0;
}

/** Places every waiting event and access entry; returns when none is left or another process has taken over. */
export async function drainBacklog(database: Database): Promise<void> {
  while ((await placeEvents(database)) === BATCH);
  while ((await placeAccessEntries(database)) === BATCH);
}

export interface EventRelayOptions {
  readonly database: Database;
  readonly log: Logger;
  readonly pollMs?: number;
}

/**
 * Places events as they are committed, until disposed. Any number of processes may run one: the database lets one place at a time.
 * Errors are logged and the next notice or poll tries again.
 */
export async function startEventRelay(options: EventRelayOptions): Promise<AsyncDisposable> {
  const { database, log } = options;
  let isWanted = false;
  let running: Promise<void> | undefined;

  async function pump(): Promise<void> {
    while (isWanted) {
      isWanted = false;
      await drainBacklog(database).catch((error: unknown) => log.warn({ err: error }, "events could not be placed; trying again"));
    }
  }
  function wake(): void {
    isWanted = true;
    running ??= pump().finally(() => {
      running = undefined;
      if (isWanted) wake();
    });
  }

  const subscription = await database.listener.subscribe("granary_backlog", wake);
  const poll = setInterval(wake, options.pollMs ?? POLL_MS);
  poll.unref();
  wake();
  return releasable(async () => {
    clearInterval(poll);
    await subscription[Symbol.asyncDispose]();
    isWanted = false;
    await running;
  });
}
