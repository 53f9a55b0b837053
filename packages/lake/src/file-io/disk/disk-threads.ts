import { Worker } from "node:worker_threads";
import type { SmallFile, SmallFileResult } from "./store-small-files.ts";

interface Waiting {
  readonly file: SmallFile;
  readonly resolve: (result: SmallFileResult) => void;
  readonly reject: (error: Error) => void;
}

/** A thread that stores one set of small files at a time. */
class DiskThread {
  #worker: Worker | undefined;
  #underWay: readonly Waiting[] = [];
  readonly #whenIdle: () => void;

  constructor(whenIdle: () => void) {
    this.#whenIdle = whenIdle;
  }

  get isIdle(): boolean {
    return this.#underWay.length === 0;
  }

  begin(files: readonly Waiting[]): void {
    this.#underWay = files;
    this.#worker ??= this.#start();
    // Work under way keeps the process alive, waiting for work does not.
    this.#worker.ref();
    this.#worker.postMessage(files.map(({ file }) => file));
  }

  #start(): Worker {
    const worker = new Worker(new URL("thread-main.ts", import.meta.url), { stdin: false });
    worker.on("message", (results: readonly SmallFileResult[]) => this.#finish(results));
    worker.on("error", (error) => this.#giveUp(worker, error));
    worker.on("exit", () => this.#giveUp(worker, new Error("the thread that stores files has ended")));
    return worker;
  }

  #finish(results: readonly SmallFileResult[]): void {
    const done = this.#underWay;
    this.#underWay = [];
    this.#worker?.unref();
    this.#whenIdle();
    for (const [index, waiting] of done.entries()) waiting.resolve(results[index] ?? { code: undefined, message: "the file was not stored" });
  }

  /** What was under way may or may not be stored; what comes next gets another thread. */
  #giveUp(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const lost = this.#underWay;
    this.#underWay = [];
    this.#whenIdle();
    for (const { reject } of lost) reject(error instanceof Error ? error : new Error(String(error)));
  }
}

/** One alone is busy waiting for the disk whenever two commit: a second takes what came since, and the disk's journal flushes for both. */
const THREADS = 2;

/**
 * Threads that store small files for this process. What is asked for while they are busy they do together, so that
 * commits at the same time share their flushes; one call each through Node's own pool costs several times the processor time.
 */
class DiskThreads {
  #waiting: Waiting[] = [];
  #isPlanned = false;
  readonly #threads = Array.from({ length: THREADS }, () => new DiskThread(() => this.#plan()));

  store(file: SmallFile): Promise<SmallFileResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ file, resolve, reject });
      this.#plan();
    });
  }

  /** Begins when the caller has asked for all it wants at once. */
  #plan(): void {
    if (this.#isPlanned || this.#waiting.length === 0) return;
    this.#isPlanned = true;
    queueMicrotask(() => {
      this.#isPlanned = false;
      if (this.#waiting.length > 0) this.#threads.find((thread) => thread.isIdle)?.begin(this.#waiting.splice(0));
    });
  }
}

/** For all warehouses of the process; each started with the first file it is needed for. */
export const diskThreads = new DiskThreads();
