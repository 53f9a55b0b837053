import type { ExpressionFault, Span } from "./syntax.ts";

export interface Token extends Span {
  readonly kind: "name" | "quoted" | "text" | "number" | "parameter" | "symbol" | "end";
  /** The value of texts and quoted names, small letters for names, the sign itself for symbols. */
  readonly text: string;
  /** As it was written. */
  readonly raw: string;
}

/** Thrown inside the parser and caught where it begins. */
export class SyntaxFault extends Error {
  readonly fault: ExpressionFault;
  constructor(message: string, { start, end }: Span) {
    super(message);
    this.fault = { severity: "error", code: "expression.syntax", message, start, end };
  }
}

const BLANK = /(?:\s|--[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const NAME = /[\p{L}_][\p{L}\p{M}\p{N}_]*/uy;
const NUMBER = /(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const PARAMETER = /\$([A-Za-z_][A-Za-z0-9_]*)/y;
const SYMBOL = /::|\|\||<=|>=|<>|!=|==|\/\/|[-+*/%(),.<>=]/y;

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Text between quotes of one kind, a doubled one standing for itself. */
function quoted(text: string, at: number, what: string): { readonly value: string; readonly end: number } {
  const quote = text[at] as string;
  for (let end = text.indexOf(quote, at + 1); end >= 0; end = text.indexOf(quote, end + 2)) {
    if (text[end + 1] !== quote) return { value: text.slice(at + 1, end).replaceAll(quote + quote, quote), end: end + 1 };
  }
  throw new SyntaxFault(`This ${what} is not closed: put ${quote} at its end.`, { start: at, end: text.length });
}

const SAME_SIGN: Readonly<Record<string, string>> = { "!=": "<>", "==": "=" };

function meaningless(text: string, at: number): SyntaxFault {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  const hint = character === "`" || character === "[" ? ' Put names of columns in "double quotes".' : "";
  return new SyntaxFault(`${character} means nothing here.${hint}`, { start: at, end: at + character.length });
}

const PATTERNS: readonly (readonly [Token["kind"], RegExp, (raw: string) => string])[] = [
  ["number", NUMBER, (raw) => raw.replaceAll("_", "")],
  ["name", NAME, (raw) => raw.toLowerCase()],
  ["parameter", PARAMETER, (raw) => raw.slice(1)],
  ["symbol", SYMBOL, (raw) => SAME_SIGN[raw] ?? raw],
];

function tokenAt(text: string, at: number): Token {
  const token = (kind: Token["kind"], raw: string, value: string): Token => ({ kind, text: value, raw, start: at, end: at + raw.length });
  const sign = text[at];
  if (sign === "'" || sign === '"') {
    const { value, end } = quoted(text, at, sign === "'" ? "text" : "name");
    return token(sign === "'" ? "text" : "quoted", text.slice(at, end), value);
  }
  for (const [kind, pattern, valueOf] of PATTERNS) {
    const raw = match(pattern, text, at);
    if (raw !== undefined) return token(kind, raw, valueOf(raw));
  }
  throw meaningless(text, at);
}

/** The tokens of a text, an `end` last. Throws `SyntaxFault`. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += match(BLANK, text, at)?.length ?? 0;
    if (at >= text.length) break;
    if (text.startsWith("/*", at)) throw new SyntaxFault("This comment is not closed: put */ at its end.", { start: at, end: text.length });
    const token = tokenAt(text, at);
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: "end", text: "", raw: "", start: text.length, end: text.length });
  return tokens;
}
