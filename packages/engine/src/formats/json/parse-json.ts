import { type Node, NumberText } from "../nested/node.ts";

const MAX_DEPTH = 200;

/** Where and why a text is no JSON. */
export class JsonFault extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const BLANK = /[ \t\n\r]*/y;
const PLAIN_STRING = /"[^"\\\u0000-\u001f]*"/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

/** Reads one JSON text: numbers keep their digits, and a key that stands twice in an object is refused, as one value would be lost. */
class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Node {
    const value = this.#value(0);
    this.#blank();
    if (this.#at < this.#text.length) throw new JsonFault("there is text behind the value", this.#at);
    return value;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return undefined;
    const start = this.#at;
    this.#at = pattern.lastIndex;
    return this.#text.slice(start, this.#at);
  }

  #blank(): string {
    this.#match(BLANK);
    return this.#text[this.#at] ?? "";
  }

  #value(depth: number): Node {
    if (depth > MAX_DEPTH) throw new JsonFault(`it is nested deeper than ${MAX_DEPTH}`, this.#at);
    const char = this.#blank();
    if (char === '"') return this.#string();
    if (char === "{") return this.#object(depth);
    if (char === "[") return this.#list(depth);
    const number = this.#match(NUMBER);
    if (number !== undefined) return new NumberText(number);
    const word = /^[a-z]+/.exec(this.#text.slice(this.#at, this.#at + 8))?.[0] ?? "";
    if (!Object.hasOwn(WORDS, word))
      throw new JsonFault(char === "" ? "the text ends where a value should be" : `“${char}” is no beginning of a value`, this.#at);
    this.#at += word.length;
    return WORDS[word] ?? null;
  }

  #string(): string {
    const plain = this.#match(PLAIN_STRING);
    if (plain !== undefined) return plain.slice(1, -1);
    const start = this.#at;
    const escaped = this.#match(STRING);
    if (escaped === undefined) throw new JsonFault("a text is not closed, or holds a control character or an unknown escape", start);
    return JSON.parse(escaped) as string;
  }

  #object(depth: number): Node {
    const fields = new Map<string, Node>();
    this.#at += 1;
    if (this.#blank() === "}") {
      this.#at += 1;
      return fields;
    }
    for (;;) {
      if (this.#blank() !== '"') throw new JsonFault("a key in quotes is expected", this.#at);
      const place = this.#at;
      const key = this.#string();
      if (fields.has(key)) throw new JsonFault(`the key “${key}” stands twice in one object`, place);
      if (this.#blank() !== ":") throw new JsonFault("a colon is expected behind a key", this.#at);
      this.#at += 1;
      fields.set(key, this.#value(depth + 1));
      if (!this.#goesOn("}")) return fields;
    }
  }

  #list(depth: number): Node {
    const items: Node[] = [];
    this.#at += 1;
    if (this.#blank() === "]") {
      this.#at += 1;
      return items;
    }
    for (;;) {
      items.push(this.#value(depth + 1));
      if (!this.#goesOn("]")) return items;
    }
  }

  #goesOn(close: string): boolean {
    const char = this.#blank();
    if (char !== "," && char !== close) throw new JsonFault(`a comma or “${close}” is expected`, this.#at);
    this.#at += 1;
    return char === ",";
  }
}

/** Reads one JSON text exactly. Throws `JsonFault`. */
export const parseJson = (text: string): Node => new JsonReader(text).read();
