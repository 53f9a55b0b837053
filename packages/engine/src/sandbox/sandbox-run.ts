import { problem } from "@granary/protocol";
import type { EngineChild } from "../process/engine-child.ts";
import type { FromChild, ResultColumn, Row } from "../process/messages.ts";
import type { PlanStep, SandboxResult } from "./types.ts";

type Rows = Extract<FromChild, { type: "rows" }>;

/** One query's hold on its process, from the lease to the end of its result; nothing outlives it. */
export class SandboxRun implements AsyncDisposable {
  child: EngineChild;
  readonly #giveBack: () => Promise<void>;
  #deadline: NodeJS.Timeout | undefined;
  #signal: AbortSignal | undefined;
  #ended: Promise<void> | undefined;
  readonly #onAbort = (): void => this.child.kill(problem("engine.cancelled"));

  constructor(child: EngineChild, giveBack: () => Promise<void>) {
    this.child = child;
    this.#giveBack = giveBack;
  }

  /** The process is killed, not asked: whatever a query does, it ends then. */
  limit(deadlineMs: number, signal: AbortSignal | undefined): void {
    this.#deadline = setTimeout(() => this.child.kill(problem("engine.deadline", { seconds: deadlineMs / 1000 })), deadlineMs);
    this.#signal = signal;
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (signal?.aborted) this.#onAbort();
  }

  /** Goes on with another process; the leased one has ended. */
  async replace(starting: Promise<EngineChild>): Promise<void> {
    const leased = this.child;
    this.child = await starting;
    await leased[Symbol.asyncDispose]();
    if (this.#signal?.aborted) this.#onAbort();
  }

  stream(columns: readonly ResultColumn[], next: (child: EngineChild) => Promise<Rows>): SandboxResult {
    const state: { truncated: "rows" | "bytes" | undefined } = { truncated: undefined };
    return {
      columns,
      batches: this.#read(next, (reason) => {
        state.truncated = reason;
      }),
      get truncated() {
        return state.truncated;
      },
      [Symbol.asyncDispose]: () => this[Symbol.asyncDispose](),
    };
  }

  explained(plan: readonly PlanStep[]): SandboxResult {
    const none: readonly (readonly Row[])[] = [];
    const batches = (async function* () {
      yield* none;
    })();
    return { columns: [], batches, truncated: undefined, plan, [Symbol.asyncDispose]: () => Promise.resolve() };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async *#read(next: (child: EngineChild) => Promise<Rows>, onCut: (reason: "rows" | "bytes") => void): AsyncGenerator<readonly Row[]> {
    try {
      for (;;) {
        const answer = await next(this.child);
        if (answer.truncated !== undefined) onCut(answer.truncated);
        if (answer.rows.length > 0) yield answer.rows;
        if (answer.done) return;
      }
    } finally {
      await this[Symbol.asyncDispose]();
    }
  }

  async #end(): Promise<void> {
    clearTimeout(this.#deadline);
    this.#signal?.removeEventListener("abort", this.#onAbort);
    await this.child[Symbol.asyncDispose]();
    await this.#giveBack();
  }
}
