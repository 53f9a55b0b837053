import { type DuckDBConnection, DuckDBInstance, type DuckDBResult, JsonDuckDBValueConverter } from "@duckdb/node-api";
import { describeFault } from "./describe-fault.ts";
import type { ChildSettings, FromChild, ResultColumn, Row, ToChild } from "./messages.ts";
import { TASKS, type TaskContext, type TaskInput, type TaskName } from "./tasks.ts";

async function openInstance(settings: ChildSettings): Promise<DuckDBInstance> {
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: `${Math.floor(settings.memoryBytes / 1024)}KiB`,
    threads: String(settings.threads),
    temp_directory: settings.tempDir,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
  });
  const connection = await instance.connect();
  // As an instance setting it fails: icu is not loaded at that moment.
  await connection.run("SET GLOBAL TimeZone = 'UTC'");
  // As an instance setting it is accepted, shown, and not kept to.
  await connection.run("SET GLOBAL max_temp_directory_size = $1", [`${Math.max(1, Math.floor(settings.maxTempBytes / 1024))}KiB`]);
  connection.closeSync();
  return instance;
}

/** DuckDB's vectors have so many rows. */
const FULL_BATCH = 2048;

interface Batch {
  readonly rows: readonly Row[];
  readonly done: boolean;
}

/** The engine process's side of a session: a connection of its own per session, so that nothing is left for the next one. */
export class ChildSession {
  readonly #instance: DuckDBInstance;
  readonly #send: (message: FromChild) => void;
  #connection: DuckDBConnection | undefined;
  #result: DuckDBResult | undefined;
  #abort = new AbortController();

  private constructor(instance: DuckDBInstance, send: (message: FromChild) => void) {
    this.#instance = instance;
    this.#send = send;
  }

  static async open(settings: ChildSettings, send: (message: FromChild) => void): Promise<ChildSession> {
    return new ChildSession(await openInstance(settings), send);
  }

  receive(message: ToChild): void {
    if (message.type === "interrupt") this.#interrupt();
    else if (message.type === "finish") this.#finish();
    else void this.#answer(message);
  }

  #interrupt(): void {
    this.#abort.abort();
    this.#connection?.interrupt();
  }

  #finish(): void {
    this.#result = undefined;
    this.#connection?.closeSync();
    this.#connection = undefined;
    this.#abort = new AbortController();
    this.#send({ type: "finished", residentBytes: process.memoryUsage.rss() });
  }

  async #answer(message: Exclude<ToChild, { type: "interrupt" | "finish" }>): Promise<void> {
    try {
      if (message.type === "query") this.#send({ type: "columns", columns: await this.#start(message.sql) });
      else if (message.type === "run") this.#send({ type: "begun", columns: await this.#start(message.sql), ...(await this.#firstRows()) });
      else if (message.type === "next") this.#send({ type: "rows", ...(await this.#nextRows()) });
      else this.#send({ type: "result", value: await this.#runTask(message.name, message.input) });
    } catch (error) {
      this.#result = undefined;
      this.#send({ type: "failed", fault: describeFault(error) });
    }
  }

  async #start(sql: string): Promise<readonly ResultColumn[]> {
    this.#connection ??= await this.#instance.connect();
    const result = await this.#connection.stream(sql);
    this.#result = result;
    const types = result.columnTypes();
    return result.columnNames().map((name, index) => ({ name, type: String(types[index]) }));
  }

  /** A small result as a whole: an answer less than a full batch is followed by what comes next, most often the end. */
  async #firstRows(): Promise<Batch> {
    const { rows, done } = await this.#nextRows();
    if (done || rows.length >= FULL_BATCH) return { rows, done };
    const next = await this.#nextRows();
    return { rows: [...rows, ...next.rows], done: next.done };
  }

  async #nextRows(): Promise<Batch> {
    const chunk = await this.#result?.fetchChunk();
    if (!chunk || chunk.rowCount === 0) {
      this.#result = undefined;
      return { rows: [], done: true };
    }
    return { rows: chunk.convertRows(JsonDuckDBValueConverter) as readonly Row[], done: false };
  }

  #runTask(name: TaskName, input: TaskInput<TaskName>): Promise<unknown> {
    const context: TaskContext = { signal: this.#abort.signal, onProgress: (progress) => this.#send({ type: "progress", progress }) };
    return (TASKS[name] as (input: TaskInput<TaskName>, context: TaskContext) => Promise<unknown>)(input, context);
  }
}
