/** How long a request to the storage may take. */
export interface Timeouts {
  readonly connectMs: number;
  /** Longest time without any byte of an answer's content. */
  readonly idleMs: number;
  /** Time for a request without content; content is given more by its size. */
  readonly totalMs: number;
  /** Content that moves slower is taken for stuck. */
  readonly slowestBytesPerMs: number;
}

/** At 100 bytes a millisecond a gigabyte may take some three hours. */
export const DEFAULT_TIMEOUTS: Timeouts = { connectMs: 5_000, idleMs: 30_000, totalMs: 120_000, slowestBytesPerMs: 100 };

/** One request's time: its signal fires when all of it, or the time since the last sign of life, is used up. */
export class Deadline implements Disposable {
  readonly #abort = new AbortController();
  readonly #total: NodeJS.Timeout;
  readonly #idle: NodeJS.Timeout;

  /** `bytes`: content that goes either way with the request. `watchesIdle`: false when nothing tells how far it is. */
  constructor(timeouts: Timeouts, bytes: number, watchesIdle: boolean) {
    const totalMs = timeouts.totalMs + bytes / timeouts.slowestBytesPerMs;
    this.#total = setTimeout(() => this.#expire(`no end after ${Math.round(totalMs)} ms`), totalMs);
    const idleMs = watchesIdle ? timeouts.idleMs : totalMs;
    this.#idle = setTimeout(() => this.#expire(`no answer for ${Math.round(idleMs)} ms`), idleMs);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** A sign of life. */
  touch(): void {
    this.#idle.refresh();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#total);
    clearTimeout(this.#idle);
  }

  #expire(message: string): void {
    this.#abort.abort(new TimedOut(message));
  }
}

/** The storage took too long. */
export class TimedOut extends Error {
  override readonly name = "TimedOut";
}
