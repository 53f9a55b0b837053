import type { Database } from "@granary/db";
import type { Clock, Logger } from "@granary/kernel";
import { sql } from "kysely";

const EVERY_MS = 30_000;

/** Time as the database has it. */
export interface DatabaseClock extends Clock, Disposable {
  /** Asks the database for the time; called by itself from then on. */
  sync(): Promise<void>;
}

/**
 * One time for all processes: the database's, carried on by a clock that never jumps. A server whose own clock is hours off
 * or is set while it runs neither ends sessions nor keeps expired tokens alive. Until the first sync it is the system's time.
 */
export function createDatabaseClock(database: Database, log: Logger): DatabaseClock {
  let base = { at: Date.now(), mark: performance.now() };

  async function sync(): Promise<void> {
    const asked = performance.now();
    const { rows } = await sql<{ ms: number }>`select extract(epoch from clock_timestamp()) * 1000 as ms`.execute(database.reader("system") as never);
    const answered = performance.now();
    base = { at: Number(rows[0]?.ms), mark: (asked + answered) / 2 };
  }

  const timer = setInterval(() => {
    sync().catch((error: unknown) => log.warn({ err: error }, "the database did not tell the time; carrying on with the last"));
  }, EVERY_MS);
  timer.unref();
  return {
    sync,
    now: () => new Date(base.at + performance.now() - base.mark),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
