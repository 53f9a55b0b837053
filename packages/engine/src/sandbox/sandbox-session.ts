import { type DuckDBConnection, DuckDBInstance, type DuckDBResult, type DuckDBValue, JsonDuckDBValueConverter } from "@duckdb/node-api";
import { Fault } from "../fault.ts";
import type { ChildSettings, FromChild, ResultColumn, Row } from "../process/messages.ts";
import { readPlan } from "./explain.ts";
import { type FailureContext, failureOf } from "./failures.ts";
import { lockInstance } from "./lock-instance.ts";
import type { SandboxJob } from "./messages.ts";
import type { SqlParser } from "./parser.ts";
import { type PreparedSql, prepareSql, relationName } from "./prepare-sql.ts";
import { ResultMeter } from "./result-limits.ts";
import type { PlanStep } from "./types.ts";

/**
 * What a person asks would otherwise be computed before a relation's own conditions where the engine believes that it cannot
 * fail; its errors would tell about rows that are not there for the person, deleted ones too. A sample of all rows, taken by
 * chunks, costs next to nothing, and the engine moves nothing but the choice of columns past it. A limit would cost the
 * threads, a materialized query the memory.
 */
const BARRIER = "USING SAMPLE 100 PERCENT (system)";

/** An instance made before its query is known; nothing of a person's is in it. */
export async function openSandboxInstance(settings: ChildSettings): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: `${Math.floor(settings.memoryBytes / 1024)}KiB`,
    threads: String(settings.threads),
    // Later it could not be given any more, and without one the engine would spill into the working directory.
    temp_directory: settings.tempDir,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
  });
  const connection = await instance.connect();
  await connection.run("SET GLOBAL TimeZone = 'UTC'");
  return connection;
}

/** One query of a person, in an instance that is locked before any of it runs. Used once. */
export class SandboxSession {
  readonly #parser: SqlParser;
  readonly #connection: DuckDBConnection;
  readonly #job: SandboxJob;
  #context: FailureContext | undefined;
  #result: DuckDBResult | undefined;
  #meter: ResultMeter | undefined;

  constructor(parser: SqlParser, connection: DuckDBConnection, job: SandboxJob) {
    this.#parser = parser;
    this.#connection = connection;
    this.#job = job;
  }

  /** Starts the query, or answers its plan. */
  async start(): Promise<FromChild> {
    const job = this.#job;
    const relations = job.relations.map(({ key }) => key);
    // One row more than may be sent tells whether there were more.
    const prepared = await prepareSql(this.#parser, { sql: job.sql, relations, suggestions: job.suggestions, maxRows: job.maxRows + 1 });
    const parameters = this.#parametersOf(prepared);
    await this.#lock(prepared);
    this.#context = { sql: job.sql, prepared, files: job.files, memoryBytes: job.memoryBytes };
    return this.#guarded(async () => {
      if (job.explain) return { type: "result", value: await this.#plan(prepared, parameters, relations) };
      this.#result = await this.#connection.stream(prepared.text, parameters);
      const columns = columnsOf(this.#result);
      this.#meter = new ResultMeter(columns, job);
      return { type: "columns", columns };
    });
  }

  /** The next rows; `done` when there are no more or no more may be sent. */
  async next(): Promise<FromChild> {
    return this.#guarded(async () => {
      const chunk = await this.#result?.fetchChunk();
      const meter = this.#meter;
      if (!chunk || chunk.rowCount === 0 || meter === undefined) return { type: "rows", rows: [], done: true };
      const rows = meter.take(chunk.convertRows(JsonDuckDBValueConverter) as readonly Row[]);
      if (meter.truncated === undefined) return { type: "rows", rows, done: false };
      this.#result = undefined;
      return { type: "rows", rows, done: true, truncated: meter.truncated };
    });
  }

  #lock(prepared: PreparedSql): Promise<void> {
    const { explain, files, memoryBytes, relations: given, tempBytes } = this.#job;
    const relations = prepared.used.map((index) => {
      const { text, hidesRows } = given[index] ?? { text: "", hidesRows: true };
      if (explain) return `CREATE TABLE ${relationName(index)} AS FROM (${text}) LIMIT 0`;
      return `CREATE VIEW ${relationName(index)} AS ${hidesRows ? `FROM (${text}) ${BARRIER}` : text}`;
    });
    return lockInstance(this.#connection, { relations, files: explain ? [] : files, memoryBytes, tempBytes, explain });
  }

  async #plan(prepared: PreparedSql, parameters: Record<string, DuckDBValue>, keys: readonly string[]): Promise<readonly PlanStep[]> {
    const reader = await this.#connection.runAndReadAll(`EXPLAIN (FORMAT json) ${prepared.text}`, parameters);
    return readPlan(JSON.parse(String(reader.getRows()[0]?.[1])), keys);
  }

  #parametersOf(prepared: PreparedSql): Record<string, DuckDBValue> {
    const given = this.#job.parameters;
    const missing = prepared.parameters.find((name) => !Object.hasOwn(given, name));
    if (missing !== undefined) throw new Fault("sql.parameters_wrong", { reason: `no value was given for $${missing}` });
    const unused = Object.keys(given).find((name) => !prepared.parameters.includes(name));
    if (unused !== undefined) throw new Fault("sql.parameters_wrong", { reason: `the query has no parameter $${unused}` });
    return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, Number.isSafeInteger(value) ? BigInt(value as number) : value]));
  }

  async #guarded(work: () => Promise<FromChild>): Promise<FromChild> {
    try {
      return await work();
    } catch (error) {
      if (this.#context === undefined) throw error;
      throw failureOf(error, this.#context);
    }
  }
}

function columnsOf(result: DuckDBResult): readonly ResultColumn[] {
  const types = result.columnTypes();
  return result.columnNames().map((name, index) => ({ name, type: String(types[index]) }));
}
