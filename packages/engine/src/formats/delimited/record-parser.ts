import { Fault } from "../../fault.ts";
import { countLineEnds } from "./count-line-ends.ts";
import type { DelimitedDialect } from "./dialect.ts";
import { OverlongRecord } from "./overlong-record.ts";

/** A value: null when nothing stands there, an empty text when only quotes do. */
export type FieldValue = string | null;

export interface ParsedRecord {
  /** The line it begins on, from 1. */
  readonly line: number;
  /** Empty for a blank line. */
  readonly fields: readonly FieldValue[];
  /** Why it cannot be read; its fields then mean nothing. */
  readonly fault: string | undefined;
  readonly raw: string;
}

/** How often lines ended in each way, outside of quotes. */
export interface LineEndCounts {
  lf: number;
  crlf: number;
  cr: number;
}

/** A longer record is set aside. */
const MAX_RECORD_CHARS = 16 * 1024 * 1024;
/** An open quote swallows the rest of the file: at the end that is one cut record, further up it would be a loss. */
const MAX_OPEN_CHARS = 1024 * 1024;
const MAX_RAW_CHARS = 64 * 1024;
const CR = 0x0d;
const LF = 0x0a;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/** Where a value ends, and what it is; `end` -1 asks for more text. */
interface Value {
  readonly end: number;
  readonly value: FieldValue;
  readonly fault?: string;
  readonly isOpen?: boolean;
}

const MORE: Value = { end: -1, value: null };

const isLineEnd = (text: string, at: number): boolean => at >= text.length || text.charCodeAt(at) === LF || text.charCodeAt(at) === CR;

const isBlank = (fields: readonly FieldValue[], fault: string | undefined): boolean => fields.length === 1 && fields[0] === null && fault === undefined;

/**
 * Takes delimited text apart into records, piece by piece: RFC 4180 with any delimiter and quote, backslash escapes, and
 * any mixture of line ends. A record that breaks the rules is handed over with its fault. Holds one record at a time.
 */
export class RecordParser {
  readonly lineEnds: LineEndCounts = { lf: 0, crlf: 0, cr: 0 };
  quotedValues = 0;
  brokenRecords = 0;
  readonly #onRecord: (record: ParsedRecord) => void;
  readonly #dialect: DelimitedDialect;
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #isBackslash: boolean;
  #text = "";
  #isFinal = false;
  #line: number;
  #overlong: { readonly record: OverlongRecord; readonly raw: string } | undefined;

  constructor(dialect: DelimitedDialect, onRecord: (record: ParsedRecord) => void, firstLine = 1) {
    this.#dialect = dialect;
    this.#delimiter = dialect.delimiter === "" ? -1 : dialect.delimiter.charCodeAt(0);
    this.#quote = dialect.quote === null ? -1 : dialect.quote.charCodeAt(0);
    this.#isBackslash = dialect.escape === "backslash";
    this.#onRecord = onRecord;
    this.#line = firstLine;
  }

  push(text: string): void {
    let rest = text;
    if (this.#overlong !== undefined) {
      const next = this.#overlong.record.skip(rest);
      if (next < 0) return;
      this.#endOverlong();
      rest = rest.slice(next);
    }
    this.#text = this.#text === "" ? rest : this.#text + rest;
    this.#drain();
    if (this.#text.length > MAX_RECORD_CHARS) this.#beginOverlong();
  }

  finish(): void {
    if (this.#overlong !== undefined) {
      if (this.#overlong.record.isOpen) throw new Fault("file.unclosed_quote", { line: this.#line });
      this.#endOverlong();
    }
    this.#isFinal = true;
    this.#drain();
  }

  #drain(): void {
    let at = 0;
    while (at < this.#text.length) {
      const next = this.#record(at);
      if (next < 0) break;
      at = next;
    }
    if (at > 0) this.#text = this.#text.slice(at);
  }

  #beginOverlong(): void {
    const record = new OverlongRecord(this.#dialect);
    const text = this.#text;
    this.#text = "";
    this.#overlong = { record, raw: text.slice(0, MAX_RAW_CHARS) };
    const next = record.skip(text);
    if (next < 0) return;
    this.#endOverlong();
    this.#text = text.slice(next);
  }

  #endOverlong(): void {
    if (this.#overlong === undefined) return;
    const { record, raw } = this.#overlong;
    this.#overlong = undefined;
    this.#emit([], raw, "the record is longer than 16 MiB");
    // The line end of the record itself is counted by `#emit`.
    this.#line += Math.max(0, record.lineEnds - 1 - countLineEnds(raw));
  }

  /** Reads the record that begins at `start`; answers where the next one does, or -1 when the text ends before that is known. */
  #record(start: number): number {
    const text = this.#text;
    const fields: FieldValue[] = [];
    let fault: string | undefined;
    for (let at = start; ; ) {
      const value = this.#value(at);
      const { end } = value;
      if (end < 0) return -1;
      if (value.isOpen === true && end - start > MAX_OPEN_CHARS) throw new Fault("file.unclosed_quote", { line: this.#line });
      fields.push(value.value);
      fault ??= value.fault;
      if (end < text.length && text.charCodeAt(end) === this.#delimiter) {
        at = end + 1;
        continue;
      }
      const next = this.#lineEnd(end);
      if (next >= 0) this.#emit(isBlank(fields, fault) ? [] : fields, text.slice(start, end), fault);
      return next;
    }
  }

  #lineEnd(end: number): number {
    const text = this.#text;
    if (end >= text.length) return text.length;
    if (text.charCodeAt(end) === LF) {
      this.lineEnds.lf += 1;
      return end + 1;
    }
    if (end + 1 >= text.length && !this.#isFinal) return -1;
    const isPair = text.charCodeAt(end + 1) === LF;
    if (isPair) this.lineEnds.crlf += 1;
    else this.lineEnds.cr += 1;
    return isPair ? end + 2 : end + 1;
  }

  #emit(fields: readonly FieldValue[], raw: string, fault: string | undefined): void {
    const line = this.#line;
    this.#line += 1 + (raw.length > 0 ? countLineEnds(raw) : 0);
    if (fault !== undefined) this.brokenRecords += 1;
    this.#onRecord({ line, fields, raw, fault });
  }

  #value(at: number): Value {
    if (this.#quote < 0) return this.#plain(at);
    let open = at;
    while (this.#delimiter !== SPACE && this.#text.charCodeAt(open) === SPACE) open += 1;
    return this.#text.charCodeAt(open) === this.#quote ? this.#quoted(open) : this.#plain(at);
  }

  #plainEnd(at: number): number {
    const text = this.#text;
    let end = at;
    for (; end < text.length; end += 1) {
      const code = text.charCodeAt(end);
      if (code === this.#delimiter || code === LF || code === CR) return end;
      if (code === BACKSLASH && this.#isBackslash) end += 1;
    }
    return Math.min(end, text.length);
  }

  #plain(at: number): Value {
    const end = this.#plainEnd(at);
    if (end >= this.#text.length && !this.#isFinal) return MORE;
    return { end, value: end === at ? null : this.#unescaped(this.#text.slice(at, end)) };
  }

  #quoted(open: number): Value {
    const text = this.#text;
    const close = this.#closing(open + 1);
    if (close < 0) return this.#isFinal ? { end: text.length, value: null, fault: "a quoted value is not closed", isOpen: true } : MORE;
    let end = close + 1;
    while (this.#delimiter !== SPACE && text.charCodeAt(end) === SPACE) end += 1;
    if (this.#isCut(end)) return MORE;
    this.quotedValues += 1;
    if (this.#endsValue(end)) return { end, value: this.#inner(open + 1, close) };
    while (!isLineEnd(text, end)) end += 1;
    return this.#isCut(end) ? MORE : { end, value: null, fault: "there is text behind a closing quote" };
  }

  /** Whether the text ends here although there may be more of it. */
  #isCut(at: number): boolean {
    return at >= this.#text.length && !this.#isFinal;
  }

  #endsValue(at: number): boolean {
    return isLineEnd(this.#text, at) || this.#text.charCodeAt(at) === this.#delimiter;
  }

  #closing(from: number): number {
    const text = this.#text;
    const quote = this.#dialect.quote ?? "";
    for (let at = from; ; ) {
      const found = text.indexOf(quote, at);
      if (found < 0) return -1;
      if (this.#isBackslash && this.#isEscapedAt(found, from)) at = found + 1;
      else if (found + 1 >= text.length && !this.#isFinal) return -1;
      else if (text.charCodeAt(found + 1) === this.#quote) at = found + 2;
      else return found;
    }
  }

  #isEscapedAt(at: number, from: number): boolean {
    let slashes = 0;
    while (at - 1 - slashes >= from && this.#text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes += 1;
    return slashes % 2 === 1;
  }

  #inner(from: number, to: number): string {
    const quote = this.#dialect.quote ?? "";
    const value = this.#text.slice(from, to);
    return this.#unescaped(value.includes(quote + quote) ? value.replaceAll(quote + quote, quote) : value);
  }

  /** Without the backslashes before quotes, delimiters, line ends and backslashes; any other backslash is text. */
  #unescaped(value: string): string {
    if (!this.#isBackslash || !value.includes("\\")) return value;
    return value.replaceAll(/\\(\r\n|[\s\S])/g, (all, char: string) => {
      const isSpecial = char === "\\" || char === "\n" || char === "\r\n" || char === this.#dialect.quote || char === this.#dialect.delimiter;
      return isSpecial ? char : all;
    });
  }
}
