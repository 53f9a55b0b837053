import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { AppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { printStatement } from "../sql/duckdb/index.ts";
import type { Query, Statement } from "../sql/index.ts";
import type { EngineChild } from "./engine-child.ts";
import { requestError } from "./errors.ts";
import type { FromChild, ResultColumn, Row, TaskProgress, ToChild } from "./messages.ts";
import type { TaskInput, TaskName, TaskOutput } from "./tasks.ts";

/** After an interrupt the engine gets this long to stop by itself: some functions never look at it. */
const INTERRUPT_GRACE_MS = 2000;

/** A streamed result. Rows arrive in batches of up to 2,048 and only as fast as they are consumed. */
export interface RowStream {
  readonly columns: readonly ResultColumn[];
  readonly batches: AsyncIterable<readonly Row[]>;
}

/** A whole result in memory. */
export interface RowSet {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly Row[];
}

/** What one piece of work may do with its engine process. One request at a time. */
export interface EngineSession {
  /** A directory of this session for intermediate files, gone with it. */
  readonly tempDir: string;
  /** Runs a query and streams its rows. */
  stream(query: Query): Promise<RowStream>;
  /** Runs a statement and returns all its rows; for results known to be small. */
  run(statement: Statement): Promise<RowSet>;
  /** Runs a named piece of JavaScript in the engine process. */
  task<N extends TaskName>(name: N, input: TaskInput<N>): Promise<TaskOutput<N>>;
}

export interface SessionLimits {
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TaskProgress) => void;
}

/** The one implementation of a session: adds deadline, cancellation and error translation to a process. */
export class ProcessSession implements EngineSession {
  readonly #child: EngineChild;
  readonly #limits: SessionLimits;
  readonly #deadline: NodeJS.Timeout;
  readonly #onAbort = (): void => this.#stop(problem("engine.cancelled"));
  #grace: NodeJS.Timeout | undefined;
  #stopped: AppError | undefined;
  #underWay: Promise<FromChild> | undefined;
  #tempDir: string | undefined;

  constructor(child: EngineChild, limits: SessionLimits) {
    this.#child = child;
    this.#limits = limits;
    child.onMessage = (message) => {
      if (message.type === "progress") limits.onProgress?.(message.progress);
    };
    this.#deadline = setTimeout(() => this.#stop(problem("engine.deadline", { seconds: limits.deadlineMs / 1000 })), limits.deadlineMs);
    limits.signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (limits.signal?.aborted) this.#onAbort();
  }

  get tempDir(): string {
    this.#tempDir ??= mkdtempSync(join(this.#child.tempDir, "session-"));
    return this.#tempDir;
  }

  async stream(query: Query): Promise<RowStream> {
    const answer = await this.#request({ type: "query", sql: printStatement({ kind: "query", query }) });
    if (answer.type !== "columns") throw new Error(`the engine process answered a query with ${answer.type}`);
    return { columns: answer.columns, batches: this.#batches() };
  }

  async run(statement: Statement): Promise<RowSet> {
    const begun = await this.#request({ type: "run", sql: printStatement(statement) });
    if (begun.type !== "begun") throw new Error(`the engine process answered a statement with ${begun.type}`);
    const { columns, done } = begun;
    if (done) return { columns, rows: begun.rows };
    const rows: Row[] = [...begun.rows];
    for await (const batch of this.#batches()) rows.push(...batch);
    return { columns, rows };
  }

  async task<N extends TaskName>(name: N, input: TaskInput<N>): Promise<TaskOutput<N>> {
    const answer = await this.#request({ type: "task", name, input });
    if (answer.type !== "result") throw new Error(`the engine process answered a task with ${answer.type}`);
    return answer.value as TaskOutput<N>;
  }

  /** Ends the session and leaves the process clean for the next one, or dead when it cannot be cleaned. */
  async finish(): Promise<void> {
    clearTimeout(this.#deadline);
    this.#limits.signal?.removeEventListener("abort", this.#onAbort);
    if (this.#underWay !== undefined) this.#stop(problem("engine.cancelled"));
    await this.#underWay?.catch(() => undefined);
    clearTimeout(this.#grace);
    this.#child.onMessage = undefined;
    // A process that died took its directories with it.
    if (!this.#child.isAlive) return;
    if (this.#tempDir !== undefined) await rm(this.#tempDir, { recursive: true, force: true });
    const timer = setTimeout(() => this.#child.kill(problem("engine.crashed", { reason: "it did not finish" })), INTERRUPT_GRACE_MS);
    try {
      const answer = await this.#child.request({ type: "finish" });
      if (answer.type === "finished") this.#child.residentBytes = answer.residentBytes;
    } catch {
      // The process died while finishing: its work is already done, and the pool replaces it.
    } finally {
      clearTimeout(timer);
    }
  }

  async *#batches(): AsyncGenerator<readonly Row[]> {
    for (;;) {
      const answer = await this.#request({ type: "next" });
      if (answer.type !== "rows") throw new Error(`the engine process answered with ${answer.type} instead of rows`);
      if (answer.done) return;
      yield answer.rows;
    }
  }

  async #request(message: ToChild): Promise<FromChild> {
    this.#throwIfStopped();
    this.#underWay = this.#child.request(message);
    try {
      const answer = await this.#underWay;
      this.#throwIfStopped();
      if (answer.type === "failed") throw requestError(answer.fault, this.#child.limits.memoryBytes);
      return answer;
    } finally {
      this.#underWay = undefined;
    }
  }

  #throwIfStopped(): void {
    if (this.#stopped !== undefined) throw this.#stopped;
  }

  #stop(reason: AppError): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = reason;
    this.#child.send({ type: "interrupt" });
    if (this.#underWay !== undefined) this.#grace = setTimeout(() => this.#child.kill(reason), INTERRUPT_GRACE_MS);
  }
}
