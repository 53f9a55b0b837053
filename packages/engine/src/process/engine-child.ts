import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { AppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { SandboxRequest } from "../sandbox/messages.ts";
import { exitError } from "./errors.ts";
import { childEnvironment, ENGINE_LAUNCH, type Launch, launchCommand, type ProcessLimits } from "./launch.ts";
import type { FromChild, ToChild } from "./messages.ts";

/** Where engine processes live. */
export interface ProcessPlace {
  /** An existing directory; each process makes one of its own below it. */
  readonly tempRoot: string;
  /** Node's compile cache, which makes the next process start faster. */
  readonly compileCacheDir?: string;
  /** How processes are started here; ordinary engine processes when left out. */
  readonly launch?: Launch;
}

const START_TIMEOUT_MS = 20_000;
const LAST_WORDS_LENGTH = 4096;

/** What engine processes of either kind are asked. */
type Request = ToChild | SandboxRequest;

type Holding = { ref(): void; unref(): void };

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
    const launch = place.launch ?? ENGINE_LAUNCH;
    const workDir = launch.workDir === undefined ? this.tempDir : join(this.tempDir, launch.workDir);
    mkdirSync(workDir, { recursive: true });
    const env = childEnvironment(workDir, place.compileCacheDir);
    const [command = "", ...commandArguments] = launchCommand(launch, { ...limits, tempDir: workDir }, { tempDir: this.tempDir, env });
    this.#process = spawn(command, commandArguments, { env, cwd: workDir, stdio: ["ignore", "ignore", "pipe", "ipc"] });
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
  request(message: Request): Promise<FromChild> {
    const answer = this.#wait();
    this.send(message);
    return answer;
  }

  send(message: Request): void {
    if (this.#dead === undefined && this.#process.connected) this.#process.send(message, () => undefined);
  }

  /** Ends the process at once; the request under way, if any, fails with `reason`. */
  kill(reason: AppError): void {
    this.#process.kill("SIGKILL");
    this.#die(reason);
  }

  /** Whether a waiting process keeps the caller's program from ending. */
  ref(hold: boolean): void {
    // The pipe's handle would hold the program on its own; and its end is what tells that a killed process is gone.
    const handles = [this.#process, this.#process.channel, this.#process.stderr as unknown as Holding | null];
    for (const handle of handles) {
      if (hold) handle?.ref();
      else handle?.unref();
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
