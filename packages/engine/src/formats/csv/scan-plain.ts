import { Fault } from "../../fault.ts";
import type { TaskContext } from "../../process/tasks.ts";
import type { CsvDialect, LineEnd } from "../../sql/index.ts";
import { fileChunks } from "./file-chunks.ts";
import { RecordScanner } from "./record-scanner.ts";
import { bomLength, TextCheck } from "./text-check.ts";

/** Looked at once per chunk of 1 MiB, so that every record of 16 MiB is seen. */
const LONG_RECORD_BYTES = 14 * 1024 * 1024;

export interface ScanPlainInput {
  readonly path: string;
  readonly dialect: CsvDialect;
  /** How many values every record should have. */
  readonly columns: number;
}

/** What one pass over the bytes of a delimited file found out. */
export interface PlainScan {
  readonly lineEnd: LineEnd;
  /** In bytes. */
  readonly longestRecord: number;
  /** Records below the header. */
  readonly records: number;
  /** Whether the engine's own reader takes every record as it stands: all fit, one kind of line end, none too long. */
  readonly isPlain: boolean;
}

function isRegular(scanner: RecordScanner, columns: number): boolean {
  const kinds = Object.values(scanner.lineEnds).filter((count) => count > 0).length;
  const isCrlfInDoubt = scanner.lineEnds.crlf > 0 && scanner.hasQuotedLineEnds;
  const fits = scanner.fieldCounts.size === 1 && scanner.fieldCounts.has(columns) && scanner.brokenRecords === 0;
  return fits && kinds <= 1 && !isCrlfInDoubt && scanner.leadingBlankLines === 0;
}

function lineEndOf({ lineEnds }: RecordScanner): LineEnd {
  if (lineEnds.crlf > 0) return "crlf";
  return lineEnds.cr > 0 ? "cr" : "lf";
}

/** Told only when it is wanted: counting all lines took as long as half of the scan. */
async function notUtf8(path: string, offset: number): Promise<Fault> {
  let line = 1;
  let seen = 0;
  for await (const chunk of fileChunks(path)) {
    const before = chunk.subarray(0, offset - seen);
    for (let at = before.indexOf(0x0a); at >= 0; at = before.indexOf(0x0a, at + 1)) line += 1;
    seen += before.length;
    if (seen >= offset) break;
  }
  return new Fault("file.encoding_invalid", { encoding: "utf-8", offset, line });
}

/** Reads a delimited file once: checks that it is text in UTF-8 and counts its records. Throws `file.encoding_invalid` and `file.binary`. */
export async function scanPlain({ path, dialect, columns }: ScanPlainInput, context: TaskContext): Promise<PlainScan> {
  const scanner = new RecordScanner(dialect);
  const check = new TextCheck();
  let bytes = 0;
  let hasLongRecords = false;
  for await (const chunk of fileChunks(path, context.signal)) {
    const invalid = check.check(chunk);
    if (invalid !== undefined) throw await notUtf8(path, invalid);
    scanner.scan(bytes === 0 ? chunk.subarray(bomLength(chunk)) : chunk);
    bytes += chunk.length;
    if (bytes - scanner.recordStart > LONG_RECORD_BYTES) hasLongRecords = true;
    context.onProgress({ bytes, rows: scanner.records });
  }
  const cut = check.finish();
  if (cut !== undefined) throw await notUtf8(path, cut);
  const isOpen = scanner.finish();
  const blankRecords = columns === 1 ? scanner.blankLines - scanner.leadingBlankLines : 0;
  return {
    lineEnd: lineEndOf(scanner),
    longestRecord: scanner.longestRecord,
    records: scanner.records + blankRecords - (dialect.header ? 1 : 0),
    isPlain: !isOpen && !hasLongRecords && isRegular(scanner, columns),
  };
}
