import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { AppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { exitError } from "../process/errors.ts";
import { childEnvironment, type Launch, launchCommand } from "../process/launch.ts";
import { type BubblewrapOptions, bubblewrapCommand, SPILL_DIR } from "../sandbox/confinement.ts";
import { FRAME, FRAME_HEADER_BYTES, type FunctionSettings, type FunctionSetup } from "./messages.ts";

const ENTRY = join(import.meta.dirname, "function-main.ts");
const MIB = 1024 * 1024;
const MEMORY_BYTES = 192 * MIB;
/** What one batch may answer: a few KiB a row. */
const MAX_ANSWER_BYTES = 64 * MIB;
const LAST_WORDS_LENGTH = 4096;
const START_DEADLINE_MS = 20_000;
/** QuickJS stops by itself at its deadline; this long after it the process is killed. */
const GRACE_MS = 2_000;

export interface FunctionPlace {
  readonly tempRoot: string;
  /** Undefined where it cannot be used: functions run in QuickJS then. */
  readonly bubblewrap: BubblewrapOptions | undefined;
}

export interface FunctionLimits {
  /** For one batch of rows. */
  readonly batchDeadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** File reading is refused where nothing of the operating system refuses it. */
const nodeOptions = (bubblewrap: BubblewrapOptions | undefined): readonly string[] => {
  const shared = ["--permission", "--disable-proto=delete", "--disallow-code-generation-from-strings", "--no-addons"];
  if (bubblewrap !== undefined) return [...shared, "--allow-fs-read=*"];
  const modules = join(import.meta.dirname, "../../../../node_modules");
  const readable = [join(import.meta.dirname, "..", ".."), join(modules, "quickjs-emscripten-core"), join(modules, "@jitl")];
  return [...shared, ...readable.map((path) => `--allow-fs-read=${path}`)];
};

function commandOf(
  place: FunctionPlace,
  tempDir: string,
  limits: FunctionLimits,
): { command: readonly string[]; env: Record<string, string>; workDir: string } {
  const { bubblewrap } = place;
  const workDir = join(tempDir, SPILL_DIR);
  mkdirSync(workDir, { recursive: true });
  const env = childEnvironment(workDir, undefined);
  const launch: Launch = {
    entry: ENTRY,
    nodeOptions: nodeOptions(bubblewrap),
    maxFileBytes: MIB,
    ...(bubblewrap === undefined ? {} : { confine: (preparation) => bubblewrapCommand(bubblewrap, preparation) }),
  };
  const settings: FunctionSettings = { runtime: bubblewrap === undefined ? "quickjs" : "node", memoryBytes: MEMORY_BYTES, deadlineMs: limits.batchDeadlineMs };
  return { command: launchCommand(launch, settings, { tempDir, env }), env, workDir };
}

/** A process with one function of people's in it: batches of rows as lines of JSON go in, lines with the results come out. */
export class FunctionChild implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #limits: FunctionLimits;
  readonly #tempDir: string;
  readonly #exited = Promise.withResolvers<void>();
  readonly #onAbort = (): void => this.#kill(problem("engine.cancelled"));
  #chunks: Buffer[] = [];
  #size = 0;
  #waiter: { readonly resolve: (frame: Buffer) => void; readonly reject: (error: unknown) => void } | undefined;
  #dead: AppError | undefined;
  #lastWords = "";

  private constructor(place: FunctionPlace, limits: FunctionLimits) {
    this.#limits = limits;
    this.#tempDir = mkdtempSync(join(place.tempRoot, `engine-${process.pid}-`));
    const { command, env, workDir } = commandOf(place, this.#tempDir, limits);
    const [program = "", ...values] = command;
    this.#process = spawn(program, values, { env, cwd: workDir, stdio: ["pipe", "pipe", "pipe"] });
    this.#process.stdin?.on("error", () => undefined);
    this.#process.stdout?.on("data", (chunk: Buffer) => this.#receive(chunk));
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS_LENGTH);
    });
    this.#process.on("error", (cause) => this.#die(problem("engine.crashed", { reason: "it could not be started" }, { cause })));
    this.#process.on("close", (code, signal) => {
      this.#die(exitError({ code, signal, lastWords: this.#lastWords }, MEMORY_BYTES));
      rmSync(this.#tempDir, { recursive: true, force: true });
      this.#exited.resolve();
    });
    limits.signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (limits.signal?.aborted === true) this.#onAbort();
  }

  /** Starts a process and gives it the function; throws `transformation.invalid` when that cannot be read. */
  static async start(place: FunctionPlace, setup: FunctionSetup, limits: FunctionLimits): Promise<FunctionChild> {
    const child = new FunctionChild(place, limits);
    try {
      await child.#ask(Buffer.from(JSON.stringify(setup), "utf8"), "transformation.invalid", START_DEADLINE_MS);
      return child;
    } catch (error) {
      await child[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Runs a batch of `rows` lines. Throws `transformation.failed` when it takes too long, too much memory or answers nonsense. */
  async run(lines: Buffer, rows: number): Promise<Buffer> {
    const answer = await this.#ask(lines, "transformation.failed", this.#limits.batchDeadlineMs + GRACE_MS);
    let count = 0;
    for (let index = answer.indexOf(10); index >= 0; index = answer.indexOf(10, index + 1)) count += 1;
    if (count !== rows) {
      const wrong = problem("transformation.failed", { reason: `it answered ${count} rows for ${rows}` });
      this.#kill(wrong);
      throw wrong;
    }
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#limits.signal?.removeEventListener("abort", this.#onAbort);
    this.#kill(problem("engine.cancelled"));
    await this.#exited.promise;
  }

  #tooLong(): AppError {
    return problem("transformation.failed", { reason: `a batch of rows took longer than ${this.#limits.batchDeadlineMs / 1_000} s` });
  }

  async #ask(body: Buffer, code: "transformation.invalid" | "transformation.failed", deadlineMs: number): Promise<Buffer> {
    const frame = this.#wait();
    const timer = setTimeout(() => this.#kill(this.#tooLong()), deadlineMs);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    this.#process.stdin?.write(length);
    this.#process.stdin?.write(body);
    try {
      const answer = await frame;
      if (answer[4] === FRAME.lines) return answer.subarray(FRAME_HEADER_BYTES);
      const text = answer.toString("utf8", FRAME_HEADER_BYTES, FRAME_HEADER_BYTES + 600);
      throw text.startsWith("deadline: ") ? this.#tooLong() : problem(code, { reason: text.replace(/^fault: /, "") });
    } finally {
      clearTimeout(timer);
    }
  }

  #wait(): Promise<Buffer> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  #receive(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size < FRAME_HEADER_BYTES) return;
    const first = this.#chunks[0]?.length === undefined || this.#chunks[0].length < FRAME_HEADER_BYTES ? Buffer.concat(this.#chunks) : this.#chunks[0];
    const length = FRAME_HEADER_BYTES + first.readUInt32BE();
    if (length > MAX_ANSWER_BYTES) this.#kill(problem("transformation.failed", { reason: "its results are too large" }));
    if (this.#size < length || this.#waiter === undefined) return;
    const frame = Buffer.concat(this.#chunks).subarray(0, length);
    this.#chunks = [];
    this.#size = 0;
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter.resolve(frame);
  }

  #kill(reason: AppError): void {
    this.#process.kill("SIGKILL");
    this.#die(reason);
  }

  #die(reason: AppError): void {
    this.#dead ??=
      reason.code === "engine.out_of_memory" ? problem("transformation.failed", { reason: "it needed too much memory" }, { cause: reason }) : reason;
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.reject(this.#dead);
  }
}
