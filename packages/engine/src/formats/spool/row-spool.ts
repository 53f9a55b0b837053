import { type FileHandle, open } from "node:fs/promises";

/** The engine sets longer lines aside; they are rejected here, with their place. */
const MAX_LINE_BYTES = 15 * 1024 * 1024;
const FLUSH_CHARS = 1024 * 1024;
const NEEDS_QUOTES = /[",\n\r ]/;

export const TOO_LONG = "the record is longer than 15 MiB";

function quoted(value: string | null): string {
  if (value === null) return "";
  return value === "" || NEEDS_QUOTES.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** Rows on their way to the engine: a file of plain comma-separated values or of JSON objects, a line each, the source line first. */
export class RowSpool implements AsyncDisposable {
  rows = 0;
  readonly #file: FileHandle;
  #waiting: string[] = [];
  #chars = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async create(path: string): Promise<RowSpool> {
    return new RowSpool(await open(path, "w"));
  }

  /** False when the row is too long for the engine. */
  add(line: number, values: readonly (string | null)[]): boolean {
    return this.#write(`${line},${values.map(quoted).join(",")}`);
  }

  /** Adds a JSON object; false when it is too long for the engine. */
  addText(text: string): boolean {
    return this.#write(text);
  }

  /** Writes what waits, if that is worth it. */
  async flush(): Promise<void> {
    if (this.#chars >= FLUSH_CHARS) await this.#flushAll();
  }

  async close(): Promise<void> {
    await this.#flushAll();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }

  #write(text: string): boolean {
    if (text.length > MAX_LINE_BYTES / 4 && Buffer.byteLength(text) > MAX_LINE_BYTES) return false;
    this.rows += 1;
    this.#waiting.push(text, "\n");
    this.#chars += text.length + 1;
    return true;
  }

  async #flushAll(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const text = this.#waiting.join("");
    this.#waiting = [];
    this.#chars = 0;
    await this.#file.appendFile(text);
  }
}
