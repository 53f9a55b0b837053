import { Fault } from "../../fault.ts";

/** One value of a JSON document, not yet read. */
export interface ValueText {
  readonly text: string;
  readonly line: number;
}

/** A longer value is refused: it would have to be held whole. */
const MAX_VALUE_CHARS = 16 * 1024 * 1024;
const MAX_DEPTH = 512;

const malformed = (line: number, reason: string): Fault => new Fault("file.malformed", { format: "JSON", line, reason });

/** What the splitter is inside of: the key or place that leads on from here. */
interface Container {
  readonly isObject: boolean;
  key: string | undefined;
}

const isBlank = (char: string): boolean => char === " " || char === "\n" || char === "\t" || char === "\r";

/**
 * Cuts a JSON document into the elements of one array, piece by piece: the array at `path` (keys from the top), or, without
 * a path, the values that stand side by side at the top. What the elements hold is not looked at.
 */
export class ValueSplitter {
  /** Keys on the way that lead elsewhere: what they hold is no row. */
  readonly passedKeys = new Set<string>();
  isFound = false;
  readonly #path: readonly string[] | undefined;
  readonly #onValue: (value: ValueText) => void;
  readonly #stack: Container[] = [];
  #line = 1;
  /** Depth of the containers whose elements are wanted; -1 until they are reached. */
  #wanted: number;
  #isInString = false;
  #isEscaped = false;
  #parts: string[] | undefined;
  #partChars = 0;
  #valueLine = 1;
  #stringStart: string | undefined;

  constructor(path: readonly string[] | undefined, onValue: (value: ValueText) => void) {
    this.#path = path;
    this.#onValue = onValue;
    this.#wanted = path === undefined ? 0 : -1;
    this.isFound = path === undefined;
  }

  push(text: string): void {
    let start = 0;
    for (let at = 0; at < text.length; at += 1) {
      const char = text[at] as string;
      if (char === "\n") this.#line += 1;
      if (this.#isInString) this.#inString(char);
      else if (this.#step(char, text.slice(start, at))) start = at + (char === "," || isBlank(char) ? 1 : 0);
      if (this.#parts !== undefined && this.#partChars + at - start > MAX_VALUE_CHARS) throw malformed(this.#valueLine, "one value is longer than 16 MiB");
    }
    if (this.#parts !== undefined) this.#keep(text.slice(start));
  }

  finish(): void {
    if (this.#isInString || this.#stack.length > 0) throw new Fault("file.truncated", { what: "JSON file" });
    if (this.#parts !== undefined) this.#end("");
    if (!this.isFound) throw new Fault("file.rows_not_found", { reason: `the document has no array at ${this.#path?.join(".") ?? "its top"}` });
  }

  #keep(text: string): void {
    this.#parts?.push(text);
    this.#partChars += text.length;
  }

  #inString(char: string): void {
    if (this.#stringStart !== undefined && (this.#isEscaped || char !== '"')) this.#stringStart += char;
    if (this.#isEscaped) this.#isEscaped = false;
    else if (char === "\\") this.#isEscaped = true;
    else if (char === '"') this.#isInString = false;
  }

  get #isAtWanted(): boolean {
    return this.#wanted === this.#stack.length;
  }

  /** Takes one character outside of texts; answers true when a value under way began or ended here. `before` is the part of it that came with this piece. */
  #step(char: string, before: string): boolean {
    const hadParts = this.#parts !== undefined;
    const isBoundary = this.#isAtWanted && (char === "," || isBlank(char) || char === "]");
    if (isBoundary && hadParts) this.#end(before);
    if (this.#isAtWanted && !hadParts && !isBoundary) {
      this.#parts = [];
      this.#partChars = 0;
      this.#valueLine = this.#line;
      this.#structure(char);
      return true;
    }
    this.#structure(char);
    return isBoundary && hadParts;
  }

  #end(rest: string): void {
    const text = (this.#parts ?? []).join("") + rest;
    this.#parts = undefined;
    this.#onValue({ text, line: this.#valueLine });
  }

  #structure(char: string): void {
    const top = this.#stack.at(-1);
    if (char === '"') this.#openString(top);
    else if (char === "{" || char === "[") this.#open(char === "{");
    else if (char === "}" || char === "]") this.#close(char === "}");
    else if (top?.isObject === true) this.#betweenKeys(char, top);
  }

  #betweenKeys(char: string, top: Container): void {
    if (char === ",") top.key = undefined;
    if (char !== ":" || this.#stringStart === undefined) return;
    top.key = this.#stringStart;
    this.#stringStart = undefined;
  }

  #openString(top: Container | undefined): void {
    this.#isInString = true;
    const isKey = this.#wanted < 0 && top?.isObject === true && top.key === undefined;
    this.#stringStart = isKey ? "" : undefined;
  }

  #open(isObject: boolean): void {
    if (this.#stack.length >= MAX_DEPTH) throw malformed(this.#line, `it is nested deeper than ${MAX_DEPTH}`);
    if (this.#wanted < 0 && !this.isFound) this.#look(isObject);
    this.#stack.push({ isObject, key: undefined });
    if (this.#wanted === -2) this.#wanted = this.#stack.length;
  }

  /** Whether the container that opens here is the wanted array, or lies beside the way to it. */
  #look(isObject: boolean): void {
    const path = this.#path ?? [];
    const here = this.#stack.map((container) => container.key);
    const isOnWay = here.every((key, index) => key !== undefined && key === path[index]);
    if (isOnWay && here.length === path.length && !isObject) {
      this.isFound = true;
      this.#wanted = -2;
    } else if (!isOnWay && here.every((key) => key !== undefined)) this.passedKeys.add(here.join("."));
  }

  #close(isObject: boolean): void {
    const top = this.#stack.pop();
    if (top === undefined || top.isObject !== isObject) throw malformed(this.#line, `“${isObject ? "}" : "]"}” closes what was not opened`);
    if (this.#wanted > this.#stack.length) this.#wanted = Number.POSITIVE_INFINITY;
  }
}
