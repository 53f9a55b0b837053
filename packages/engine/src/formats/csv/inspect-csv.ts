import type { TaskContext } from "../../process/tasks.ts";
import { Fault } from "../../fault.ts";
import type { CsvDialect, LineEnd } from "../../sql/index.ts";
import { columnNames, type RenamedColumn } from "./column-names.ts";
import { detectDialect } from "./detect-dialect.ts";
import { fileChunks, fileHead } from "./file-chunks.ts";
import { RecordScanner } from "./record-scanner.ts";
import { bomLength, refuseOtherFormats, TextCheck } from "./text-check.ts";

const SAMPLE_BYTES = 1024 * 1024;
const MAX_COLUMNS = 10_000;
/** Looked at once per chunk of 1 MiB, so that every record of 16 MiB is seen. */
const LONG_RECORD_BYTES = 14 * 1024 * 1024;

export interface InspectCsvInput {
  readonly path: string;
  /** What a person said about the file; the rest is detected. */
  readonly dialect?: Partial<CsvDialect>;
}

/** What one pass over a delimited file found out. */
export interface CsvInspection {
  readonly dialect: CsvDialect;
  readonly confidence: number;
  readonly runnerUp: CsvDialect["delimiter"] | null;
  readonly bytes: number;
  readonly columns: readonly string[];
  readonly renamed: readonly RenamedColumn[];
  readonly lineEnd: LineEnd;
  /** Records below the header. */
  readonly records: number;
  /** Some records do not fit, or line ends are mixed or in doubt, so that the file must be tidied before the engine reads it. */
  readonly isIrregular: boolean;
  /** Some record may be longer than the engine takes. */
  readonly hasLongRecords: boolean;
}

function isIrregular(scanner: RecordScanner, columns: number, open: boolean): boolean {
  const kinds = Object.values(scanner.lineEnds).filter((count) => count > 0).length;
  const ragged = scanner.fieldCounts.size > 1 || !scanner.fieldCounts.has(columns);
  const isCrlfInDoubt = scanner.lineEnds.crlf > 0 && scanner.hasQuotedLineEnds;
  return isCrlfInDoubt || kinds > 1 || ragged || scanner.brokenRecords > 0 || scanner.leadingBlankLines > 0 || open;
}

function lineEndOf({ lineEnds }: RecordScanner): LineEnd {
  if (lineEnds.crlf > 0) return "crlf";
  return lineEnds.cr > 0 ? "cr" : "lf";
}

/** Reads a delimited file once: checks that it is text in UTF-8, decides its dialect, and counts its records. */
export async function inspectCsv(input: InspectCsvInput, context: TaskContext): Promise<CsvInspection> {
  const { head, size } = await fileHead(input.path, SAMPLE_BYTES);
  if (size === 0) throw new Fault("csv.empty");
  refuseOtherFormats(head);
  const complete = size <= SAMPLE_BYTES;
  const text = new TextDecoder("utf-8").decode(head);
  const { dialect, confidence, runnerUp, firstRecord } = detectDialect(text, complete, input.dialect);
  if (firstRecord.length > MAX_COLUMNS) throw new Fault("csv.too_many_columns", { columns: firstRecord.length, limit: MAX_COLUMNS });

  const scanner = new RecordScanner(dialect);
  const check = new TextCheck();
  let bytes = 0;
  let hasLongRecords = false;
  for await (const chunk of fileChunks(input.path, context.signal)) {
    check.check(chunk);
    scanner.scan(bytes === 0 ? chunk.subarray(bomLength(chunk)) : chunk);
    bytes += chunk.length;
    if (bytes - scanner.recordStart > LONG_RECORD_BYTES) hasLongRecords = true;
    context.onProgress({ bytes, rows: scanner.records });
  }
  check.finish();
  const open = scanner.finish();
  if (scanner.records === 0) throw new Fault("csv.empty");
  const { names, renamed } = columnNames(dialect.header ? firstRecord : firstRecord.map(() => ""));
  const blankRecords = names.length === 1 ? scanner.blankLines - scanner.leadingBlankLines : 0;
  return {
    dialect,
    confidence,
    runnerUp,
    bytes,
    columns: names,
    renamed: dialect.header ? renamed : [],
    lineEnd: lineEndOf(scanner),
    records: scanner.records + blankRecords - (dialect.header ? 1 : 0),
    isIrregular: isIrregular(scanner, names.length, open),
    hasLongRecords,
  };
}
