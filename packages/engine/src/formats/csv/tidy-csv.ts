import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { finished } from "node:stream/promises";
import { Fault } from "../../fault.ts";
import type { TaskContext } from "../../process/tasks.ts";
import type { CsvDialect } from "../../sql/index.ts";
import { fileChunks } from "./file-chunks.ts";
import { RecordScanner, type ScannedRecord } from "./record-scanner.ts";
import { bomLength } from "./text-check.ts";

export interface TidyCsvInput {
  readonly path: string;
  readonly dialect: CsvDialect;
  readonly columns: number;
  /** Where the records that fit are written: no header, every line ended by a line feed. */
  readonly target: string;
  readonly maxRejected: number;
}

/** A record that could not be loaded: its first line in the file (counted from 1), why, and its text. */
export interface RejectedRow {
  readonly line: number;
  readonly reason: string;
  readonly raw: string;
}

export interface TidiedCsv {
  readonly kept: number;
  readonly rejectedCount: number;
  /** The first `maxRejected` of them. */
  readonly rejected: readonly RejectedRow[];
}

/** How much of a rejected record is kept. */
export const MAX_RAW_LENGTH = 64 * 1024;
/** An open quote swallows the rest of the file: at the end that is one cut record, further up it would be a loss. */
const MAX_OPEN_RECORD_BYTES = 1024 * 1024;
/** What is held of one record before it is taken for an open quote. */
const MAX_RECORD_BYTES = 32 * 1024 * 1024;
const LF = Buffer.from("\n");

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    if (bytes[index] === 0x0a || (bytes[index] === 0x0d && bytes[index + 1] !== 0x0a)) lines += 1;
  }
  return lines;
}

/** Sorts records into those that fit and those set aside, knowing the file line of each. */
class Sorter {
  readonly rejected: RejectedRow[] = [];
  rejectedCount = 0;
  kept = 0;
  readonly #input: TidyCsvInput;
  #line = 1;
  #isHeader: boolean;
  #hasBegun = false;
  #out: Buffer[] = [];

  constructor(input: TidyCsvInput) {
    this.#input = input;
    this.#isHeader = input.dialect.header;
  }

  /** The file line of the next record. */
  get line(): number {
    return this.#line;
  }

  /** What is to be written since the last call. */
  take(): Buffer {
    const bytes = Buffer.concat(this.#out);
    this.#out = [];
    return bytes;
  }

  sort(record: ScannedRecord, raw: Buffer): void {
    const line = this.#line;
    this.#line += 1 + countLines(raw);
    if (record.fields === undefined) {
      if (this.#input.columns === 1 && !this.#isHeader && this.#hasBegun) this.#keep(raw);
      return;
    }
    this.#hasBegun = true;
    if (this.#isHeader) {
      this.#isHeader = false;
      return;
    }
    this.#place(record, raw, line);
  }

  #place(record: ScannedRecord, raw: Buffer, line: number): void {
    const fields = record.fields ?? 0;
    const { columns, dialect } = this.#input;
    if (record.open) {
      if (raw.length > MAX_OPEN_RECORD_BYTES) throw new Fault("csv.unclosed_quote", { line });
      this.#reject(line, raw, "a quoted value is not closed");
    } else if (record.broken) this.#reject(line, raw, "there is text behind a closing quote");
    else if (fields === columns) this.#keep(raw);
    else if (fields === columns + 1 && raw.at(-1) === dialect.delimiter.charCodeAt(0)) this.#keep(raw.subarray(0, -1));
    else this.#reject(line, raw, `${columns} values expected, ${fields} found`);
  }

  #keep(raw: Buffer): void {
    this.kept += 1;
    this.#out.push(Buffer.from(raw), LF);
  }

  #reject(line: number, raw: Buffer, reason: string): void {
    this.rejectedCount += 1;
    if (this.rejected.length < this.#input.maxRejected) this.rejected.push({ line, reason, raw: raw.subarray(0, MAX_RAW_LENGTH).toString("utf8") });
  }
}

/** Copies the records of an irregular file that fit its columns, and sets the others aside with line, reason and text. */
export async function tidyCsv(input: TidyCsvInput, context: TaskContext): Promise<TidiedCsv> {
  const sorter = new Sorter(input);
  const scanner = new RecordScanner(input.dialect);
  const output = createWriteStream(input.target);
  let carry: Buffer = Buffer.alloc(0);
  let carryStart = 0;
  let read = 0;
  scanner.onRecord = (record) => sorter.sort(record, carry.subarray(record.start - carryStart, record.end - carryStart));
  for await (const chunk of fileChunks(input.path, context.signal)) {
    const bytes = read === 0 ? chunk.subarray(bomLength(chunk)) : chunk;
    read += chunk.length;
    carry = Buffer.concat([carry, bytes]);
    scanner.scan(bytes);
    const rest = scanner.recordStart - carryStart;
    carry = carry.subarray(rest);
    carryStart = scanner.recordStart;
    if (carry.length > MAX_RECORD_BYTES) throw new Fault("csv.unclosed_quote", { line: sorter.line });
    if (!output.write(sorter.take())) await once(output, "drain");
    context.onProgress({ bytes: read, rows: sorter.kept });
  }
  scanner.finish();
  output.end(sorter.take());
  await finished(output);
  return { kept: sorter.kept, rejectedCount: sorter.rejectedCount, rejected: sorter.rejected };
}
