import type { Database } from "@granary/db";
import type { AccessRow } from "./entry.ts";
import { insertEntries } from "./store.ts";

/** Entries of one statement, some hundred kilobytes. */
const MAX_TOGETHER = 200;

interface Waiting {
  readonly row: AccessRow;
  readonly settle: PromiseWithResolvers<void>;
}

/** Writes entries as they come; those that come while a statement is under way go together with the next one. */
class Recorder {
  readonly #database: Database;
  #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Settles when the entry is committed. */
  write(row: AccessRow): Promise<void> {
    const settle = Promise.withResolvers<void>();
    this.#waiting.push({ row, settle });
    if (!this.#isWriting) void this.#drain();
    return settle.promise;
  }

  async #drain(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) await this.#writeTogether(this.#waiting.splice(0, MAX_TOGETHER));
    this.#isWriting = false;
  }

  async #append(entries: readonly Waiting[]): Promise<void> {
    await this.#database.append("system", insertEntries(entries.map(({ row }) => row)));
    for (const { settle } of entries) settle.resolve();
  }

  /** An entry the database does not take must not stop the reads of others. */
  async #writeTogether(entries: readonly Waiting[]): Promise<void> {
    try {
      await this.#append(entries);
    } catch (error) {
      if (entries.length === 1) entries[0]?.settle.reject(error);
      else for (const entry of entries) await this.#writeTogether([entry]);
    }
  }
}

const recorders = new WeakMap<Database, Recorder>();

/** Writes entries past any transaction; settles when all are committed. */
export async function writeEntries(database: Database, rows: readonly AccessRow[]): Promise<void> {
  const recorder = recorders.get(database) ?? new Recorder(database);
  recorders.set(database, recorder);
  await Promise.all(rows.map((row) => recorder.write(row)));
}
