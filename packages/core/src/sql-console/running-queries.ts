interface Running {
  readonly stop: AbortController;
  readonly ended: Promise<unknown>;
}

/** The queries that run in this process, by id, so that they can be waited for and cancelled. */
export class RunningQueries implements AsyncDisposable {
  readonly #running = new Map<string, Running>();

  /** Runs a query until it ends or is cancelled, whether or not somebody waits. */
  start<T>(id: string, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const stop = new AbortController();
    const result = run(stop.signal);
    const ended = result
      .catch(() => undefined)
      .finally(() => {
        this.#running.delete(id);
      });
    this.#running.set(id, { stop, ended });
    return result;
  }

  has(id: string): boolean {
    return this.#running.has(id);
  }

  cancel(id: string): void {
    this.#running.get(id)?.stop.abort();
  }

  /** Settles when a query has ended; at once for one that does not run here. */
  async ended(id: string): Promise<void> {
    await this.#running.get(id)?.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#running.values()];
    for (const { stop } of all) stop.abort();
    await Promise.all(all.map(({ ended }) => ended));
  }
}
