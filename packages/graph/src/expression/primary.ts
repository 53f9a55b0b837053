import type { GraphType } from "@granary/protocol";
import type { CallNode, CaseBranch, GraphExpression, LiteralTypeName, SortOperand } from "./syntax.ts";
import { SyntaxFault, type Token } from "./tokens.ts";
import type { TokenStream } from "./token-stream.ts";

/** The ways back into the rest of the grammar. */
interface Grammar {
  expression(): GraphExpression;
  type(): GraphType;
}

/** Names that mean something else unless they are quoted. */
export const RESERVED: ReadonlySet<string> = new Set(
  "and or not is null true false case when then else end in between like ilike cast try_cast distinct from as escape filter where order by over asc desc select interval".split(
    " ",
  ),
);

const TYPED: readonly string[] = ["date", "time", "timestamp", "timestamptz", "uuid", "interval"] satisfies LiteralTypeName[];

const span = (tokens: TokenStream, start: number): { readonly start: number; readonly end: number } => ({ start, end: tokens.lastEnd });

function parseCase(tokens: TokenStream, grammar: Grammar): GraphExpression {
  const { start } = tokens.skip();
  const operand = tokens.next.kind === "name" && tokens.next.text === "when" ? undefined : grammar.expression();
  const branches: CaseBranch[] = [];
  while (tokens.accept("when")) {
    const when = grammar.expression();
    tokens.take("then", '"then" and a value');
    branches.push({ when, then: grammar.expression() });
  }
  if (branches.length === 0) throw tokens.unexpected('Expected "when" after "case"');
  const otherwise = tokens.accept("else") ? grammar.expression() : undefined;
  tokens.take("end", '"when", "else" or "end"');
  return { kind: "case", operand, branches, otherwise, ...span(tokens, start) };
}

function parseCast(tokens: TokenStream, grammar: Grammar): GraphExpression {
  const { start, text } = tokens.skip();
  tokens.take("(");
  const operand = grammar.expression();
  tokens.take("as", '"as" and a type');
  const type = grammar.type();
  tokens.take(")");
  return { kind: "cast", operand, type, onFault: text === "cast" ? "fail" : "null", ...span(tokens, start) };
}

function parseSortKeys(tokens: TokenStream, grammar: Grammar): readonly SortOperand[] {
  const keys: SortOperand[] = [];
  do {
    const expression = grammar.expression();
    const direction = tokens.accept("desc") ? "desc" : "asc";
    if (direction === "asc") tokens.accept("asc");
    const nulls = tokens.accept("nulls") && !tokens.accept("last") ? "first" : "last";
    if (nulls === "first") tokens.take("first", "first or last");
    keys.push({ expression, direction, nulls });
  } while (tokens.accept(","));
  return keys;
}

/** `extract(year from x)` is `date_part('year', x)`. */
function parseExtract(tokens: TokenStream, grammar: Grammar, name: Token): GraphExpression {
  const part = tokens.skip();
  tokens.take("from");
  const operand = grammar.expression();
  tokens.take(")");
  const unit: GraphExpression = { kind: "text", value: part.text, start: part.start, end: part.end };
  const rest = { isStar: false, isDistinct: false, orderBy: [], filter: undefined } as const;
  return { kind: "call", name: "date_part", nameEnd: name.end, operands: [unit, operand], ...rest, ...span(tokens, name.start) };
}

/** What stands in the brackets of a call. */
function parseInside(tokens: TokenStream, grammar: Grammar): Pick<CallNode, "isStar" | "isDistinct" | "operands" | "orderBy"> {
  const inside = { isStar: false, isDistinct: false, operands: [], orderBy: [] };
  if (tokens.accept(")")) return inside;
  if (tokens.accept("*")) {
    tokens.take(")");
    return { ...inside, isStar: true };
  }
  const isDistinct = tokens.accept("distinct");
  const operands: GraphExpression[] = [];
  do operands.push(grammar.expression());
  while (tokens.accept(","));
  let orderBy: readonly SortOperand[] = [];
  if (tokens.accept("order")) {
    tokens.take("by");
    orderBy = parseSortKeys(tokens, grammar);
  }
  tokens.take(")", "a comma or )");
  return { isStar: false, isDistinct, operands, orderBy };
}

function parseFilter(tokens: TokenStream, grammar: Grammar): GraphExpression | undefined {
  if (!tokens.isCallOf("filter")) return undefined;
  tokens.skip();
  tokens.skip();
  tokens.take("where", '"where" and a condition');
  const filter = grammar.expression();
  tokens.take(")");
  return filter;
}

function parseCall(tokens: TokenStream, grammar: Grammar): GraphExpression {
  const name = tokens.skip();
  tokens.take("(");
  if (name.text === "extract" && tokens.next.kind === "name" && tokens.after.text === "from") return parseExtract(tokens, grammar, name);
  const inside = parseInside(tokens, grammar);
  const filter = parseFilter(tokens, grammar);
  if (tokens.next.kind === "name" && tokens.next.text === "over") {
    throw new SyntaxFault('Windows are set in a "window" node: write the function here without "over".', tokens.next);
  }
  return { kind: "call", name: name.text, nameEnd: name.end, ...inside, filter, ...span(tokens, name.start) };
}

function parseSide(tokens: TokenStream): GraphExpression {
  const side = tokens.skip();
  tokens.skip();
  const name = tokens.next;
  if (name.kind !== "name" && name.kind !== "quoted") throw tokens.unexpected("Expected the name of a column");
  tokens.skip();
  return { kind: "column", name: name.kind === "quoted" ? name.text : name.raw, side: side.text as "left" | "right", ...span(tokens, side.start) };
}

type Parse = (tokens: TokenStream, grammar: Grammar) => GraphExpression;

const constant =
  (make: (text: string) => { readonly kind: "null" } | { readonly kind: "boolean"; readonly value: boolean }): Parse =>
  (tokens) => {
    const { text, start, end } = tokens.skip();
    return { ...make(text), start, end };
  };

const truth = constant((text) => ({ kind: "boolean", value: text === "true" }));

/** Words that begin something of their own. */
const WORDS: ReadonlyMap<string, Parse> = new Map<string, Parse>([
  ["true", truth],
  ["false", truth],
  ["null", constant(() => ({ kind: "null" }))],
  ["case", parseCase],
  ["cast", parseCast],
  ["try_cast", parseCast],
]);

function parseName(tokens: TokenStream, grammar: Grammar): GraphExpression {
  const { next, after } = tokens;
  const { start, end, text } = next;
  const word = WORDS.get(text);
  if (word !== undefined) return word(tokens, grammar);
  if (TYPED.includes(text) && after.kind === "text") {
    tokens.skip();
    return { kind: "typed", type: text as LiteralTypeName, value: tokens.skip().text, ...span(tokens, start) };
  }
  if (tokens.isCallOf(text)) return parseCall(tokens, grammar);
  if (RESERVED.has(text)) throw tokens.unexpected(`Expected a value; a column called ${next.raw} is written "${next.raw}"`);
  if ((text === "left" || text === "right") && after.kind === "symbol" && after.text === ".") return parseSide(tokens);
  tokens.skip();
  return { kind: "column", name: next.raw, side: undefined, start, end };
}

/** A value: a column, a literal, a call, or something in brackets. */
export function parsePrimary(tokens: TokenStream, grammar: Grammar): GraphExpression {
  const { kind, text, start, end } = tokens.next;
  if (kind === "name") return parseName(tokens, grammar);
  if (kind === "symbol" && tokens.accept("(")) {
    const inner = grammar.expression();
    tokens.take(")", "a ) for the ( before");
    return tokens.wrap(inner);
  }
  if (kind === "symbol" || kind === "end") throw tokens.unexpected("Expected a value");
  tokens.skip();
  if (kind === "quoted") {
    if (text === "") throw new SyntaxFault("A name cannot be empty.", { start, end });
    return { kind: "column", name: text, side: undefined, start, end };
  }
  if (kind === "text") return { kind: "text", value: text, start, end };
  return kind === "number" ? { kind: "number", digits: text, start, end } : { kind: "parameter", name: text, start, end };
}
