import { countLineEnds } from "./count-line-ends.ts";
import type { DelimitedDialect } from "./dialect.ts";

const quoteMeta = (char: string): string => char.replaceAll(/[\\^$.*+?()[\]{}|-]/g, "\\$&");

/** Finds the end of a record that is too long to be kept. */
export class OverlongRecord {
  lineEnds = 0;
  readonly #quote: string | null;
  readonly #isBackslash: boolean;
  /** What matters inside quotes, and outside of them: there a quote counts only where a value begins. */
  readonly #inside: RegExp;
  readonly #outside: RegExp;
  #isQuoted = false;
  #isFieldStart = true;
  #isEscaped = false;
  #endedWithCr = false;

  constructor({ delimiter, quote, escape }: DelimitedDialect) {
    this.#quote = quote;
    this.#isBackslash = escape === "backslash";
    const slash = this.#isBackslash ? "\\\\" : "";
    const mark = quote === null ? "" : quoteMeta(quote);
    this.#inside = new RegExp(`[${slash}${mark}]`, "g");
    this.#outside = new RegExp(`[${slash}${mark}${delimiter === "" ? "" : quoteMeta(delimiter)}\\n\\r]`, "g");
  }

  /** Whether what was seen so far ends inside quotes. */
  get isOpen(): boolean {
    return this.#isQuoted;
  }

  /** Where the next record begins in this piece of text; -1 when it does not begin there. */
  skip(text: string): number {
    if (this.#endedWithCr) return text.startsWith("\n") ? 1 : 0;
    const end = this.#find(text);
    this.lineEnds += countLineEnds(end < 0 ? text : text.slice(0, end));
    if (end < 0) return -1;
    if (text[end] === "\n") return end + 1;
    if (end + 1 < text.length) return text[end + 1] === "\n" ? end + 2 : end + 1;
    this.#endedWithCr = true;
    return -1;
  }

  /** The place of the line end that ends the record; -1 when it is not in this piece. */
  #find(text: string): number {
    for (let at = 0; at < text.length; ) {
      if (this.#isEscaped) {
        this.#isEscaped = false;
        at += 1;
        continue;
      }
      const pattern = this.#isQuoted ? this.#inside : this.#outside;
      pattern.lastIndex = at;
      const found = pattern.exec(text)?.index ?? text.length;
      if (found > at && text.slice(at, found).trim() !== "") this.#isFieldStart = false;
      if (found >= text.length) return -1;
      if (this.#ends(text[found] as string)) return found;
      at = found + 1;
    }
    return -1;
  }

  /** Takes one telling character; true when it ends the record. */
  #ends(char: string): boolean {
    if (this.#isBackslash && char === "\\") {
      this.#isEscaped = true;
      this.#isFieldStart = false;
    } else if (char === this.#quote) {
      // A doubled quote closes and opens again.
      if (this.#isQuoted || this.#isFieldStart) this.#isQuoted = !this.#isQuoted;
      this.#isFieldStart = !this.#isQuoted;
    } else if (char === "\n" || char === "\r") return true;
    else this.#isFieldStart = true;
    return false;
  }
}
