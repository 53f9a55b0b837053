import type { TaskContext } from "../../process/tasks.ts";
import type { CsvDialect, LineEnd } from "../../sql/index.ts";
import { fileChunks } from "./file-chunks.ts";

export interface CountRecordsInput {
  readonly path: string;
  readonly dialect: CsvDialect;
  readonly lineEnd: LineEnd;
}

const CR = 0x0d;
const LF = 0x0a;

/** Counts lines that hold something and do not end inside quotes. */
class RecordCounter {
  records = 0;
  readonly #quote: number;
  readonly #end: number;
  #isQuoted = false;
  /** Bytes of the line under way that came with earlier chunks, and the last of them. */
  #before = 0;
  #last = 0;

  constructor(quote: number, end: number) {
    this.#quote = quote;
    this.#end = end;
  }

  count(chunk: Buffer): void {
    let lineStart = 0;
    let nextQuote = chunk.indexOf(this.#quote);
    for (let at = 0; at < chunk.length; ) {
      if (nextQuote >= 0 && nextQuote < at) nextQuote = chunk.indexOf(this.#quote, at);
      const end = this.#isQuoted ? -1 : chunk.indexOf(this.#end, at);
      if (nextQuote >= 0 && (end < 0 || nextQuote < end)) {
        this.#isQuoted = !this.#isQuoted;
        at = nextQuote + 1;
        continue;
      }
      if (end < 0) break;
      this.#endLine(end - lineStart, chunk[end - 1] ?? 0);
      at = end + 1;
      lineStart = at;
    }
    this.#before += chunk.length - lineStart;
    if (chunk.length > lineStart) this.#last = chunk[chunk.length - 1] ?? 0;
  }

  finish(): number {
    if (this.#before > 0) this.#endLine(0, 0);
    return this.records;
  }

  #endLine(bytes: number, lastByte: number): void {
    const length = this.#before + bytes;
    const last = bytes > 0 ? lastByte : this.#last;
    if (length > 1 || (length === 1 && last !== CR)) this.records += 1;
    this.#before = 0;
  }
}

/**
 * Counts a regular file's records below the header, independently of the engine that loads it and several times quicker
 * than `inspectCsv`, which also says what is wrong with an irregular one.
 */
export async function countRecords(input: CountRecordsInput, context: TaskContext): Promise<{ readonly records: number }> {
  const counter = new RecordCounter(input.dialect.quote.charCodeAt(0), input.lineEnd === "cr" ? CR : LF);
  for await (const chunk of fileChunks(input.path, context.signal)) counter.count(chunk);
  const counted = counter.finish();
  return { records: Math.max(0, counted - (input.dialect.header ? 1 : 0)) };
}
