import type { TaskContext } from "../../process/tasks.ts";
import { type FileWarning, RejectSink, type RejectOptions, RowSpool, type SpooledRows, TOO_LONG } from "../spool/index.ts";
import { nameColumns } from "../spool/name-columns.ts";
import type { DelimitedFinding } from "./detect-delimited.ts";
import { type FieldValue, type LineEndCounts, type ParsedRecord, RecordParser } from "./record-parser.ts";
import { LineSkipper } from "./skip-lines.ts";

export interface SpoolDelimitedInput {
  readonly text: AsyncIterable<string>;
  readonly finding: DelimitedFinding;
  readonly target: string;
  readonly rejects: RejectOptions;
  /** Stops behind this many records. */
  readonly maxRecords?: number;
}

/** Sorts parsed records into header, rows and rejects. */
class RecordSorter {
  records = 0;
  readonly #columns: number;
  readonly #spool: RowSpool;
  readonly #rejects: RejectSink;
  readonly #max: number;
  #headerLeft: number;
  #hasBegun: boolean;

  constructor(input: SpoolDelimitedInput, spool: RowSpool, rejects: RejectSink) {
    this.#columns = input.finding.columns;
    this.#headerLeft = input.finding.layout.headerRows;
    this.#hasBegun = this.#headerLeft > 0;
    this.#max = input.maxRecords ?? Number.POSITIVE_INFINITY;
    this.#spool = spool;
    this.#rejects = rejects;
  }

  get isFull(): boolean {
    return this.records >= this.#max;
  }

  sort(record: ParsedRecord): void {
    if (this.isFull) return;
    const isBlank = record.fields.length === 0 && record.fault === undefined;
    if (this.#headerLeft > 0) {
      if (!isBlank) this.#headerLeft -= 1;
      return;
    }
    if (isBlank && (this.#columns !== 1 || !this.#hasBegun)) return;
    this.#hasBegun = true;
    this.records += 1;
    this.#place(record, isBlank ? [null] : record.fields);
  }

  #place({ line, fault, raw }: ParsedRecord, fields: readonly FieldValue[]): void {
    if (fault !== undefined) {
      this.#rejects.reject(line, fault, raw);
      return;
    }
    const isTrailing = fields.length === this.#columns + 1 && fields.at(-1) === null;
    if (fields.length !== this.#columns && !isTrailing) {
      this.#rejects.reject(line, `${this.#columns} values expected, ${fields.length} found`, raw, fields);
      return;
    }
    if (!this.#spool.add(line, isTrailing ? fields.slice(0, -1) : fields)) this.#rejects.reject(line, TOO_LONG, raw, fields);
  }
}

function warningsOf(lineEnds: LineEndCounts, finding: DelimitedFinding): readonly FileWarning[] {
  const kinds = (["lf", "crlf", "cr"] as const).filter((kind) => lineEnds[kind] > 0);
  const mixed =
    kinds.length > 1
      ? [{ code: "line_ends_mixed", message: `Lines end in different ways: ${kinds.map((kind) => `${lineEnds[kind]} by ${kind.toUpperCase()}`).join(", ")}.` }]
      : [];
  const lines = finding.preamble.length;
  const skipped =
    lines > 0
      ? [{ code: "lines_skipped", message: `${lines === 1 ? "One line" : `${lines} lines`} above the table ${lines === 1 ? "is" : "are"} left out.` }]
      : [];
  return [...mixed, ...skipped];
}

/** Reads delimited text by a given layout; every record becomes a row or a reject. */
export async function spoolDelimited(input: SpoolDelimitedInput, context: TaskContext): Promise<SpooledRows> {
  const { finding } = input;
  const names = nameColumns(finding.header, finding.columns);
  await using spool = await RowSpool.create(input.target);
  await using rejects = new RejectSink(input.rejects);
  const sorter = new RecordSorter(input, spool, rejects);
  const parser = new RecordParser(finding.layout, (record) => sorter.sort(record), finding.layout.skipLines + 1);
  const skipper = new LineSkipper(finding.layout.skipLines);
  let chars = 0;
  for await (const text of input.text) {
    context.signal.throwIfAborted();
    parser.push(skipper.skip(text));
    chars += text.length;
    context.onProgress({ bytes: chars, rows: sorter.records });
    await spool.flush();
    await rejects.flush();
    if (sorter.isFull) break;
  }
  const isPartial = sorter.isFull;
  if (!isPartial) parser.finish();
  await spool.close();
  await rejects.flush();
  return {
    spool: { kind: "csv", path: input.target },
    columns: names.map((name) => ({ ...name, proof: "any" })),
    records: sorter.records,
    loaded: spool.rows,
    rejectedCount: rejects.count,
    rejected: rejects.listed,
    isPartial,
    warnings: warningsOf(parser.lineEnds, finding),
  };
}
