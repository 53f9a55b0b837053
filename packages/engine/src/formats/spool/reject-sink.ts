import { type FileHandle, open } from "node:fs/promises";
import { Fault } from "../../fault.ts";
import type { RejectedRow } from "./rejected-row.ts";

/** How much of a rejected record is kept. */
const MAX_RAW_CHARS = 64 * 1024;

export interface RejectOptions {
  /** How many rejected rows are answered with their text; all are counted. */
  readonly maxListed: number;
  /** Where all rejected rows are written, one JSON object `{line, reason, raw}` a line. */
  readonly path?: string;
  /** Stops the import with `file.too_many_rejected` beyond this many. */
  readonly limit?: number;
}

/** Half of a surrogate pair and NUL are what no stored text can hold. */
const storable = (text: string): string => text.toWellFormed().replaceAll("\0", "\ufffd");

/** Keeps the records that could not be read, each with its line, the reason and its text. */
export class RejectSink implements AsyncDisposable {
  count = 0;
  readonly listed: RejectedRow[] = [];
  readonly #options: RejectOptions;
  #file: FileHandle | undefined;
  #waiting: string[] = [];

  constructor(options: RejectOptions) {
    this.#options = options;
  }

  reject(line: number, reason: string, raw: string, fields?: readonly (string | null)[]): void {
    this.count += 1;
    const own = fields === undefined || raw.length > MAX_RAW_CHARS ? {} : { fields: fields.map((value) => (value === null ? null : storable(value))) };
    const row: RejectedRow = { line, reason, raw: storable(raw.slice(0, MAX_RAW_CHARS)), ...own };
    if (this.listed.length < this.#options.maxListed) this.listed.push(row);
    if (this.#options.path !== undefined) this.#waiting.push(`${JSON.stringify(row)}\n`);
    if (this.#options.limit !== undefined && this.count > this.#options.limit) {
      throw new Fault("file.too_many_rejected", { count: this.count, line: this.listed[0]?.line ?? line, reason: this.listed[0]?.reason ?? reason });
    }
  }

  async flush(): Promise<void> {
    if (this.#options.path === undefined || this.#waiting.length === 0) return;
    this.#file ??= await open(this.#options.path, "w");
    await this.#file.appendFile(this.#waiting.join(""));
    this.#waiting = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
  }
}
