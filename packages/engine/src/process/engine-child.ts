import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { AppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { exitError } from "./errors.ts";
import type { ChildSettings, FromChild, ToChild } from "./messages.ts";

/** Limits of one kind of engine process. */
export interface ProcessLimits {
  /** What DuckDB may use; the process itself is held to twice this and 1 GiB (it was seen to exceed its own limit by 85 %). */
  readonly memoryBytes: number;
  readonly threads: number;
  readonly maxTempBytes: number;
}

/** Where engine processes live. */
export interface ProcessPlace {
  /** An existing directory; each process makes one of its own below it. */
  readonly tempRoot: string;
  /** Node's compile cache, which makes the next process start faster. */
  readonly compileCacheDir?: string;
}

const START_TIMEOUT_MS = 20_000;
const LAST_WORDS_LENGTH = 4096;
/** Of writable mappings, which is what RLIMIT_DATA counts, an idle process already has 640 MiB. */
const OVERHEAD_BYTES = 1024 * 1024 * 1024;
const ENTRY = join(import.meta.dirname, "child-main.ts");

function childEnvironment(tempDir: string, compileCacheDir: string | undefined): Record<string, string> {
  return {
    PATH: "/usr/bin:/bin",
    HOME: tempDir,
    TMPDIR: tempDir,
    TZ: "UTC",
    LANG: "C.UTF-8",
    // Each running query holds a libuv thread; with the default of 4 file reads starve behind them.
    UV_THREADPOOL_SIZE: "8",
    ...(compileCacheDir === undefined ? {} : { NODE_COMPILE_CACHE: compileCacheDir }),
  };
}

function commandLine(settings: ChildSettings): readonly [string, readonly string[]] {
  const node = [process.execPath, "--max-old-space-size=256", ENTRY, JSON.stringify(settings)];
  if (process.platform !== "linux") return [process.execPath, node.slice(1)];
  const kilobytes = Math.floor((settings.memoryBytes * 2 + OVERHEAD_BYTES) / 1024);
  return ["/bin/sh", ["-c", 'ulimit -d "$1" 2>/dev/null; ulimit -c 0 2>/dev/null; shift; exec "$@"', "sh", String(kilobytes), ...node]];
}

type Waiter = { readonly resolve: (message: FromChild) => void; readonly reject: (error: AppError) => void };

/** One engine process seen from the caller's side: one request at a time, and an error instead of silence when it dies. */
export class EngineChild implements AsyncDisposable {
  readonly tempDir: string;
  readonly limits: ProcessLimits;
  sessions = 0;
  residentBytes = 0;
  onMessage: ((message: FromChild) => void) | undefined;
  readonly #process: ChildProcess;
  readonly #exited = Promise.withResolvers<void>();
  #waiter: Waiter | undefined;
  #lastWords = "";
  #dead: AppError | undefined;

  private constructor(place: ProcessPlace, limits: ProcessLimits) {
    this.limits = limits;
    this.tempDir = mkdtempSync(join(place.tempRoot, `engine-${process.pid}-`));
    const [command, commandArguments] = commandLine({ ...limits, tempDir: this.tempDir });
    const env = childEnvironment(this.tempDir, place.compileCacheDir);
    this.#process = spawn(command, commandArguments, { env, cwd: this.tempDir, stdio: ["ignore", "ignore", "pipe", "ipc"] });
    this.#process.on("message", (message: FromChild) => this.#receive(message));
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS_LENGTH);
    });
    this.#process.on("error", (cause) => this.#die(problem("engine.crashed", { reason: "it could not be started" }, { cause })));
    this.#process.on("close", (code, signal) => this.#die(exitError({ code, signal, lastWords: this.#lastWords }, limits.memoryBytes)));
  }

  /** Starts a process and waits until it can take a request. */
  static async start(place: ProcessPlace, limits: ProcessLimits): Promise<EngineChild> {
    const child = new EngineChild(place, limits);
    const timer = setTimeout(() => child.kill(problem("engine.crashed", { reason: "it did not start in time" })), START_TIMEOUT_MS);
    try {
      await child.#wait();
      child.ref(false);
      return child;
    } finally {
      clearTimeout(timer);
    }
  }

  get isAlive(): boolean {
    return this.#dead === undefined;
  }

  /** Sends a request and waits for its answer; rejects when the process dies first. */
  request(message: ToChild): Promise<FromChild> {
    const answer = this.#wait();
    this.send(message);
    return answer;
  }

  send(message: ToChild): void {
    if (this.#dead === undefined && this.#process.connected) this.#process.send(message, () => undefined);
  }

  /** Ends the process at once; the request under way, if any, fails with `reason`. */
  kill(reason: AppError): void {
    this.#process.kill("SIGKILL");
    this.#die(reason);
  }

  /** Whether a waiting process keeps the caller's program from ending. */
  ref(hold: boolean): void {
    if (hold) {
      this.#process.ref();
      this.#process.channel?.ref();
    } else {
      this.#process.unref();
      this.#process.channel?.unref();
      // The pipe's handle would hold the program on its own.
      (this.#process.stderr as unknown as { unref?: () => void } | null)?.unref?.();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ref(true);
    this.kill(problem("engine.cancelled"));
    await this.#exited.promise;
  }

  #wait(): Promise<FromChild> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    if (this.#waiter !== undefined) throw new Error("an engine process answers one request at a time");
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  #receive(message: FromChild): void {
    if (message.type === "progress") {
      this.onMessage?.(message);
      return;
    }
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.resolve(message);
  }

  #die(reason: AppError): void {
    this.#dead ??= reason;
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.reject(this.#dead);
    if (this.#process.exitCode === null && this.#process.signalCode === null && this.#process.pid !== undefined) return;
    rmSync(this.tempDir, { recursive: true, force: true });
    this.#exited.resolve();
  }
}
