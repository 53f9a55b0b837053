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

/** Reads a delimited file once: checks that it is text in UTF-8 and counts its records. Throws `file.encoding_invalid` and `file.binary`. */
export async function scanPlain({ path, dialect, columns }: ScanPlainInput, context: TaskContext): Promise<PlainScan> {
  const scanner = new RecordScanner(dialect);
  const check = new TextCheck();
  let bytes = 0;
  let hasLongRecords = false;
  for await (const chunk of fileChunks(path, context.signal)) {
    check.check(chunk);
    scanner.scan(bytes === 0 ? chunk.subarray(bomLength(chunk)) : chunk);
    bytes += chunk.length;
    if (bytes - scanner.recordStart > LONG_RECORD_BYTES) hasLongRecords = true;
    context.onProgress({ bytes, rows: scanner.records });
  }
  check.finish();
  const isOpen = scanner.finish();
  const blankRecords = columns === 1 ? scanner.blankLines - scanner.leadingBlankLines : 0;
  return {
    lineEnd: lineEndOf(scanner),
    records: scanner.records + blankRecords - (dialect.header ? 1 : 0),
    isPlain: !isOpen && !hasLongRecords && isRegular(scanner, columns),
  };
}
