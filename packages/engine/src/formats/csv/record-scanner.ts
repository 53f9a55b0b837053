import type { CsvDialect } from "../../sql/index.ts";

const OTHER = 0;
const DELIMITER = 1;
const QUOTE = 2;
const CR = 3;
const LF = 4;
const SPACE = 5;

const RECORD_START = 0;
const FIELD_START = 1;
const UNQUOTED = 2;
const QUOTED = 3;
const QUOTE_CLOSED = 4;
const AFTER_QUOTED = 5;
const BROKEN = 6;
const AFTER_CR = 7;
const LEADING_SPACE = 8;

const STATE_MASK = 15;
const ENDS_FIELD = 16;
const ENDS_RECORD = 32;
const BLANK_LINE = 64;
const COMPLETES_CRLF = 128;
const BREAKS = 256;
const QUOTED_LINE_END = 512;

type Transitions = readonly [other: number, delimiter: number, quote: number, cr: number, lf: number, space: number];

const END_LF = RECORD_START | ENDS_RECORD;
const END_CR = AFTER_CR | ENDS_RECORD;
const AT_START: Transitions = [UNQUOTED, FIELD_START | ENDS_FIELD, QUOTED, AFTER_CR | BLANK_LINE, RECORD_START | BLANK_LINE, LEADING_SPACE];

/** RFC 4180, with DuckDB's habits where it is silent: blanks around a quoted value belong to nobody, and a broken field lasts to its line's end. */
const TRANSITIONS: Readonly<Record<number, Transitions>> = {
  [RECORD_START]: AT_START,
  [FIELD_START]: [UNQUOTED, FIELD_START | ENDS_FIELD, QUOTED, END_CR, END_LF, LEADING_SPACE],
  [LEADING_SPACE]: [UNQUOTED, FIELD_START | ENDS_FIELD, QUOTED, END_CR, END_LF, LEADING_SPACE],
  [UNQUOTED]: [UNQUOTED, FIELD_START | ENDS_FIELD, UNQUOTED, END_CR, END_LF, UNQUOTED],
  [QUOTED]: [QUOTED, QUOTED, QUOTE_CLOSED, QUOTED | QUOTED_LINE_END, QUOTED | QUOTED_LINE_END, QUOTED],
  [QUOTE_CLOSED]: [BROKEN | BREAKS, FIELD_START | ENDS_FIELD, QUOTED, END_CR, END_LF, AFTER_QUOTED],
  [AFTER_QUOTED]: [BROKEN | BREAKS, FIELD_START | ENDS_FIELD, BROKEN | BREAKS, END_CR, END_LF, AFTER_QUOTED],
  [BROKEN]: [BROKEN, BROKEN, BROKEN, END_CR, END_LF, BROKEN],
  [AFTER_CR]: [AT_START[0], AT_START[1], AT_START[2], AT_START[3], RECORD_START | COMPLETES_CRLF, AT_START[5]],
};

const NEXT_FIELD = FIELD_START | ENDS_FIELD;

function classTable(dialect: Pick<CsvDialect, "delimiter" | "quote">): Uint8Array {
  const classes = new Uint8Array(256).fill(OTHER);
  classes[0x20] = SPACE;
  classes[0x0a] = LF;
  classes[0x0d] = CR;
  classes[dialect.quote.charCodeAt(0)] = QUOTE;
  classes[dialect.delimiter.charCodeAt(0)] = DELIMITER;
  return classes;
}

/** What every byte does in every state: one look-up a byte, which waits for none before it. */
function stepTable(dialect: Pick<CsvDialect, "delimiter" | "quote">): Uint16Array {
  const classes = classTable(dialect);
  const steps = new Uint16Array(16 << 8);
  for (const [state, row] of Object.entries(TRANSITIONS)) {
    for (let byte = 0; byte < 256; byte += 1) steps[(Number(state) << 8) | byte] = row[classes[byte] as number] as number;
  }
  return steps;
}

/** Where lines that are not inside quotes end, by kind. */
export interface LineEnds {
  readonly lf: number;
  readonly crlf: number;
  readonly cr: number;
}

/** One record's place in the file, line end excluded. */
export interface ScannedRecord {
  readonly start: number;
  readonly end: number;
  /** Undefined for a blank line. */
  readonly fields: number | undefined;
  /** Text stands behind a closing quote. */
  readonly broken: boolean;
  /** The file ended inside a quoted value. */
  readonly open: boolean;
}

/** Counts a delimited file's records in one pass over its bytes, independently of the engine that loads it. */
export class RecordScanner {
  /** Records that hold something; the header is one of them. */
  records = 0;
  blankLines = 0;
  brokenRecords = 0;
  /** Bytes of the longest record, line end excluded. */
  longestRecord = 0;
  /** Records by their number of fields. */
  readonly fieldCounts = new Map<number, number>();
  /** Whether some quoted value holds a line end. */
  hasQuotedLineEnds = false;
  /** Blank lines before the first record. */
  leadingBlankLines = 0;
  /** Called for each record, and with `undefined` fields for each blank line, in file order. */
  onRecord: ((record: ScannedRecord) => void) | undefined;
  readonly #steps: Uint16Array;
  #state = RECORD_START;
  #offset = 0;
  #fields = 1;
  #lf = 0;
  #crlf = 0;
  #cr = 0;
  #recordStart = 0;
  #broken = false;

  constructor(dialect: Pick<CsvDialect, "delimiter" | "quote">) {
    this.#steps = stepTable(dialect);
  }

  get lineEnds(): LineEnds {
    return { lf: this.#lf, crlf: this.#crlf, cr: this.#cr };
  }

  /** The offset at which the record under way begins. */
  get recordStart(): number {
    return this.#recordStart;
  }

  scan(bytes: Uint8Array): void {
    const steps = this.#steps;
    const { length } = bytes;
    let state = this.#state;
    for (let index = 0; ; index += 1) {
      const row = state << 8;
      // Most bytes stand inside a value and change nothing.
      while (index < length && steps[row | (bytes[index] as number)] === state) index += 1;
      if (index >= length) break;
      const step = steps[row | (bytes[index] as number)] as number;
      if (step === NEXT_FIELD) this.#fields += 1;
      else if (step > STATE_MASK) this.#note(step, this.#offset + index);
      state = step & STATE_MASK;
    }
    this.#state = state;
    this.#offset += length;
  }

  /** Ends the scan. Returns true when a quoted value was still open. */
  finish(): boolean {
    const open = this.#state === QUOTED;
    if (this.#state !== RECORD_START && this.#state !== AFTER_CR) this.#countRecord(this.#offset, open);
    return open;
  }

  #note(step: number, offset: number): void {
    if (step & QUOTED_LINE_END) this.hasQuotedLineEnds = true;
    else if (step & BREAKS) this.#broken = true;
    else if (step & COMPLETES_CRLF) this.#completeCrlf(offset);
    else this.#endLine(step, offset);
  }

  #completeCrlf(offset: number): void {
    this.#cr -= 1;
    this.#crlf += 1;
    this.#recordStart = offset + 1;
  }

  #endLine(step: number, offset: number): void {
    if ((step & STATE_MASK) === AFTER_CR) this.#cr += 1;
    else this.#lf += 1;
    if (step & BLANK_LINE) this.#countBlankLine(offset);
    else this.#countRecord(offset, false);
    this.#recordStart = offset + 1;
  }

  #countBlankLine(offset: number): void {
    if (this.records === 0) this.leadingBlankLines += 1;
    this.blankLines += 1;
    this.onRecord?.({ start: offset, end: offset, fields: undefined, broken: false, open: false });
  }

  #countRecord(end: number, open: boolean): void {
    this.records += 1;
    this.fieldCounts.set(this.#fields, (this.fieldCounts.get(this.#fields) ?? 0) + 1);
    if (this.#broken) this.brokenRecords += 1;
    if (end - this.#recordStart > this.longestRecord) this.longestRecord = end - this.#recordStart;
    this.onRecord?.({ start: this.#recordStart, end, fields: this.#fields, broken: this.#broken, open });
    this.#broken = false;
    this.#fields = 1;
  }
}
