import { problem } from "@granary/protocol";
import { EngineChild, type ProcessPlace } from "./engine-child.ts";
import type { ProcessLimits } from "./launch.ts";

/** How many processes of one kind there may be, and when one is replaced. */
export interface PoolPolicy {
  readonly maxProcesses: number;
  /** Callers beyond this many waiting ones get `engine.busy` at once. */
  readonly maxWaiting: number;
  readonly maxWaitMs: number;
  /** A process unused for this long is stopped; 0 stops it after every session. */
  readonly idleMs: number;
  readonly maxSessionsPerProcess: number;
  readonly maxResidentBytes: number;
  /** Starts a fresh process when a worn one ends and nobody waits, so that the next caller finds one ready. */
  readonly keepsSpare?: boolean;
}

/** A warm process that does not answer for this long is hung or was stopped. */
const WAKE_TIMEOUT_MS = 2000;

interface Waiting {
  readonly limits: ProcessLimits;
  readonly give: (child: Promise<EngineChild>) => void;
  readonly refuse: (error: unknown) => void;
}

const isSame = (one: ProcessLimits, other: ProcessLimits): boolean =>
  one.memoryBytes === other.memoryBytes && one.threads === other.threads && one.maxTempBytes === other.maxTempBytes;

/** Hands out engine processes: reuses warm ones, starts them when needed, replaces dead and grown ones. */
export class EnginePool implements AsyncDisposable {
  readonly #place: ProcessPlace;
  readonly #limits: ProcessLimits;
  readonly #policy: PoolPolicy;
  readonly #idle = new Map<EngineChild, NodeJS.Timeout>();
  readonly #leased = new Set<EngineChild>();
  readonly #waiting: Waiting[] = [];
  /** Processes alive or being started. */
  #size = 0;
  #spare: Promise<void> | undefined;
  #closed = false;

  constructor(place: ProcessPlace, limits: ProcessLimits, policy: PoolPolicy) {
    this.#place = place;
    this.#limits = limits;
    this.#policy = policy;
  }

  /** Processes alive or being started; 0 after a quiet time. */
  get size(): number {
    return this.#size;
  }

  /**
   * Lends a process to one session. A warm one serves only work with the limits it was started with.
   * Throws `engine.busy` when too many wait, `engine.cancelled` when the signal fires first.
   */
  async lease(signal?: AbortSignal, limits: ProcessLimits = this.#limits): Promise<EngineChild> {
    if (signal?.aborted) throw problem("engine.cancelled");
    if (this.#closed) throw problem("server.stopping");
    const child = await (this.#takeNow(limits) ?? this.#queue(limits, signal));
    this.#leased.add(child);
    child.sessions += 1;
    child.ref(true);
    return child;
  }

  /** Takes a process back; it is stopped when it is dead, worn out or not to be kept warm. */
  async giveBack(child: EngineChild): Promise<void> {
    this.#leased.delete(child);
    const worn = child.sessions >= this.#policy.maxSessionsPerProcess || child.residentBytes > this.#policy.maxResidentBytes;
    if (!child.isAlive || worn || this.#closed || this.#policy.idleMs === 0) {
      await child[Symbol.asyncDispose]();
      this.#size -= 1;
    } else {
      this.#keep(child);
    }
    this.#serveNext();
    if (this.#policy.keepsSpare === true) this.#startSpare();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#waiting.splice(0)) waiting.refuse(problem("server.stopping"));
    const ended = [...this.#idle.keys()].map((child) => this.#retire(child));
    for (const child of this.#leased) child.kill(problem("server.stopping"));
    await Promise.all([...ended, this.#spare]);
  }

  #keep(child: EngineChild): void {
    child.ref(false);
    const timer = setTimeout(() => void this.#retire(child), this.#policy.idleMs);
    timer.unref();
    this.#idle.set(child, timer);
  }

  #startSpare(): void {
    if (this.#closed || this.#spare !== undefined || this.#idle.size > 0 || this.#size >= this.#policy.maxProcesses) return;
    this.#size += 1;
    const start = async (): Promise<void> => {
      // The next caller starts one itself when this fails, and is told why.
      const child = await this.#start(this.#limits).catch(() => undefined);
      this.#spare = undefined;
      if (child === undefined) return;
      if (this.#closed) {
        await child[Symbol.asyncDispose]();
        this.#size -= 1;
      } else {
        this.#keep(child);
      }
      this.#serveNext();
    };
    this.#spare = start();
  }

  #takeNow(limits: ProcessLimits): Promise<EngineChild> | undefined {
    const warm = [...this.#idle.keys()].find((child) => isSame(child.limits, limits));
    if (warm !== undefined) {
      this.#unkeep(warm);
      warm.ref(true);
      return this.#wake(warm);
    }
    // One that is being started is there before another would be.
    const isAwaited = this.#spare !== undefined && this.#waiting.length === 0;
    if (isAwaited) return undefined;
    if (this.#size < this.#policy.maxProcesses) {
      this.#size += 1;
      return this.#start(limits);
    }
    const [other] = this.#idle.keys();
    if (other === undefined) return undefined;
    this.#unkeep(other);
    return other[Symbol.asyncDispose]().then(() => this.#start(limits));
  }

  /** A warm process may have died without its exit having been noticed yet, or hang; only an answer proves that it lives. */
  async #wake(child: EngineChild): Promise<EngineChild> {
    const timer = setTimeout(() => child.kill(problem("engine.crashed", { reason: "it did not answer" })), WAKE_TIMEOUT_MS);
    try {
      await child.request({ type: "finish" });
      return child;
    } catch {
      await child[Symbol.asyncDispose]();
      return await this.#start(child.limits);
    } finally {
      clearTimeout(timer);
    }
  }

  async #start(limits: ProcessLimits): Promise<EngineChild> {
    try {
      return await EngineChild.start(this.#place, limits);
    } catch (error) {
      this.#size -= 1;
      this.#serveNext();
      throw error;
    }
  }

  #queue(limits: ProcessLimits, signal: AbortSignal | undefined): Promise<EngineChild> {
    if (this.#waiting.length >= this.#policy.maxWaiting) return Promise.reject(problem("engine.busy"));
    const { promise, resolve, reject } = Promise.withResolvers<EngineChild>();
    const waiting: Waiting = { limits, give: resolve, refuse: reject };
    const leave = (error: unknown): void => {
      const index = this.#waiting.indexOf(waiting);
      if (index >= 0) this.#waiting.splice(index, 1);
      reject(error);
    };
    const timer = setTimeout(() => leave(problem("engine.busy")), this.#policy.maxWaitMs);
    const onAbort = (): void => leave(problem("engine.cancelled"));
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#waiting.push(waiting);
    return promise.finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    });
  }

  #serveNext(): void {
    const next = this.#waiting[0];
    if (next === undefined) return;
    const child = this.#takeNow(next.limits);
    if (child === undefined) return;
    this.#waiting.shift();
    next.give(child);
  }

  #unkeep(child: EngineChild): void {
    clearTimeout(this.#idle.get(child));
    this.#idle.delete(child);
  }

  async #retire(child: EngineChild): Promise<void> {
    if (!this.#idle.has(child)) return;
    this.#unkeep(child);
    await child[Symbol.asyncDispose]();
    this.#size -= 1;
  }
}
