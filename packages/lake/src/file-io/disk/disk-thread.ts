import { Worker } from "node:worker_threads";
import type { SmallFile, SmallFileResult } from "./store-small-files.ts";

interface Waiting {
  readonly file: SmallFile;
  readonly resolve: (result: SmallFileResult) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A thread that stores small files for this process. What is asked for while it is busy it does together, so that
 * commits at the same time share their flushes; one call each through Node's own pool costs several times the processor time.
 */
class DiskThread {
  #worker: Worker | undefined;
  #waiting: Waiting[] = [];
  #underWay: readonly Waiting[] = [];
  #isPlanned = false;

  store(file: SmallFile): Promise<SmallFileResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ file, resolve, reject });
      this.#plan();
    });
  }

  /** Begins when the caller has asked for all it wants at once. */
  #plan(): void {
    if (this.#isPlanned || this.#underWay.length > 0) return;
    this.#isPlanned = true;
    queueMicrotask(() => {
      this.#isPlanned = false;
      this.#begin();
    });
  }

  #begin(): void {
    this.#underWay = this.#waiting.splice(0);
    this.#worker ??= this.#start();
    // Work under way keeps the process alive, waiting for work does not.
    this.#worker.ref();
    this.#worker.postMessage(this.#underWay.map(({ file }) => file));
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
    if (this.#waiting.length > 0) this.#plan();
    for (const [index, waiting] of done.entries()) waiting.resolve(results[index] ?? { code: undefined, message: "the file was not stored" });
  }

  /** What was under way may or may not be stored; what only waited gets another thread. */
  #giveUp(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const lost = this.#underWay;
    this.#underWay = [];
    for (const { reject } of lost) reject(error instanceof Error ? error : new Error(String(error)));
    if (this.#waiting.length > 0) this.#plan();
  }
}

/** One for all warehouses of the process; started with the first file. */
export const diskThread = new DiskThread();
