import { type GraphExpression, partsOf } from "./syntax.ts";
import { SyntaxFault, type Token, tokensOf } from "./tokens.ts";

const END: Token = { kind: "end", text: "", raw: "", start: 0, end: 0 };

/** The tokens still to be read. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  /** How deep the tree below a node goes, so that long chains are refused as deep nesting is. */
  readonly #heights = new WeakMap<GraphExpression, number>();
  readonly #wrapped = new WeakSet<GraphExpression>();

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  get next(): Token {
    return this.#tokens[this.#at] ?? this.#tokens.at(-1) ?? END;
  }

  get after(): Token {
    return this.#tokens[this.#at + 1] ?? this.#tokens.at(-1) ?? END;
  }

  get last(): Token {
    return this.#tokens[this.#at - 1] ?? END;
  }

  get isOver(): boolean {
    return this.next.kind === "end";
  }

  get lastEnd(): number {
    return this.last.end;
  }

  skip(): Token {
    const token = this.next;
    this.#at += 1;
    return token;
  }

  #isWord(word: string): boolean {
    const { kind, text } = this.next;
    return (kind === "symbol" || kind === "name") && text === word;
  }

  /** Whether a call of this name comes next. */
  isCallOf(name: string): boolean {
    return this.next.kind === "name" && this.next.text === name && this.after.kind === "symbol" && this.after.text === "(";
  }

  accept(word: string): boolean {
    if (!this.#isWord(word)) return false;
    this.#at += 1;
    return true;
  }

  take(word: string, what = word): void {
    if (!this.accept(word)) throw this.unexpected(`Expected ${what}`);
  }

  textToken(what: string): Token {
    if (this.next.kind !== "text") throw this.unexpected(`Expected ${what} in 'quotes'`);
    return this.skip();
  }

  numberToken(what: string): Token {
    if (this.next.kind !== "number" || !/^\d+$/.test(this.next.text)) throw this.unexpected(`Expected ${what} as a whole number`);
    return this.skip();
  }

  /** Parts with commas between, up to the closing bracket. */
  list<T>(part: () => T): readonly T[] {
    const parts = [part()];
    while (this.accept(",")) parts.push(part());
    this.take(")", "a comma or )");
    return parts;
  }

  unexpected(message: string): SyntaxFault {
    const { kind, raw, start, end } = this.next;
    if (kind !== "end") return new SyntaxFault(`${message}; found ${raw.length > 40 ? `${raw.slice(0, 40)}...` : raw}.`, { start, end });
    return new SyntaxFault(`${message}; the text ends too early.`, { start: Math.max(0, this.lastEnd - 1), end: Math.max(this.lastEnd, 1) });
  }

  #tooDeep(): SyntaxFault {
    return new SyntaxFault("This is nested too deeply. Compute a part of it in a column of its own first.", this.next);
  }

  deeper(most: number, parse: () => GraphExpression): GraphExpression {
    if (this.#depth >= most) throw this.#tooDeep();
    this.#depth += 1;
    const node = parse();
    this.#depth -= 1;
    return node;
  }

  measured(most: number, node: GraphExpression): GraphExpression {
    const height = 1 + Math.max(0, ...partsOf(node).map((part) => this.#heights.get(part) ?? 0));
    if (height > most) throw this.#tooDeep();
    this.#heights.set(node, height);
    return node;
  }

  /** Marks what stood in brackets, whose operands are not taken apart. */
  wrap(node: GraphExpression): GraphExpression {
    this.#wrapped.add(node);
    return node;
  }

  isWrapped(node: GraphExpression): boolean {
    return this.#wrapped.has(node);
  }
}
