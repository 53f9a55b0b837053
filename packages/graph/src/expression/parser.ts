import { GRAPH_TYPES, type GraphType } from "@granary/protocol";
import { parsePrimary } from "./primary.ts";
import type { BinaryOperator, ExpressionFault, GraphExpression } from "./syntax.ts";
import { SyntaxFault } from "./tokens.ts";
import { TokenStream } from "./token-stream.ts";

/** Deeper ones would not fit into the statement the engine gets. */
const MAX_DEPTH = 100;
const MAX_LENGTH = 20_000;

/** From the weakest: `or`, `and`, `not`, comparisons, `||`, sums, products, signs, `::`. */
const LEVEL = { or: 1, and: 2, not: 3, compare: 4, concat: 5, sum: 6, product: 7, sign: 8, cast: 9 } as const;

const BINARY: Readonly<Record<string, number>> = {
  "=": LEVEL.compare,
  "<>": LEVEL.compare,
  "<": LEVEL.compare,
  "<=": LEVEL.compare,
  ">": LEVEL.compare,
  ">=": LEVEL.compare,
  "||": LEVEL.concat,
  "+": LEVEL.sum,
  "-": LEVEL.sum,
  "*": LEVEL.product,
  "/": LEVEL.product,
  "//": LEVEL.product,
  "%": LEVEL.product,
};

const CONDITIONS = new Set(["is", "in", "between", "like", "ilike", "not"]);

function levelAfter(tokens: TokenStream): number {
  const { kind, text } = tokens.next;
  if (kind === "symbol") return text === "::" ? LEVEL.cast : (BINARY[text] ?? 0);
  if (kind !== "name") return 0;
  if (text === "or") return LEVEL.or;
  if (text === "and") return LEVEL.and;
  return CONDITIONS.has(text) ? LEVEL.compare : 0;
}

const from = (tokens: TokenStream, start: number): { readonly start: number; readonly end: number } => ({ start, end: tokens.lastEnd });

function parseIs(tokens: TokenStream, left: GraphExpression): GraphExpression {
  tokens.take("is");
  const isNegated = tokens.accept("not");
  if (tokens.accept("distinct")) {
    tokens.take("from", "is distinct from");
    const right = parseLevel(tokens, LEVEL.compare + 1);
    return { kind: "binary", operator: isNegated ? "is not distinct from" : "is distinct from", left, right, ...from(tokens, left.start) };
  }
  if (tokens.accept("null")) return { kind: "isNull", operand: left, isNegated, ...from(tokens, left.start) };
  const { text, start, end } = tokens.next;
  if (text === "true" || text === "false") {
    tokens.skip();
    const right: GraphExpression = { kind: "boolean", value: text === "true", start, end };
    return { kind: "binary", operator: isNegated ? "is distinct from" : "is not distinct from", left, right, ...from(tokens, left.start) };
  }
  throw tokens.unexpected('After "is" comes null, not null, true, false or distinct from');
}

function parseIn(tokens: TokenStream, operand: GraphExpression, isNegated: boolean): GraphExpression {
  tokens.take("(", 'a list in brackets after "in"');
  const values = tokens.list(() => parseLevel(tokens, 0));
  return { kind: "in", operand, values, isNegated, ...from(tokens, operand.start) };
}

function parseCondition(tokens: TokenStream, left: GraphExpression): GraphExpression {
  if (tokens.next.text === "is") return parseIs(tokens, left);
  const isNegated = tokens.accept("not");
  if (tokens.accept("in")) return parseIn(tokens, left, isNegated);
  if (tokens.accept("between")) {
    const low = parseLevel(tokens, LEVEL.compare + 1);
    tokens.take("and", '"and" and the upper end');
    const high = parseLevel(tokens, LEVEL.compare + 1);
    return { kind: "between", operand: left, low, high, isNegated, ...from(tokens, left.start) };
  }
  const ignoreCase = tokens.next.text === "ilike";
  if (!tokens.accept("like") && !tokens.accept("ilike")) throw tokens.unexpected('After "not" comes in, between, like or ilike');
  const pattern = parseLevel(tokens, LEVEL.compare + 1);
  const escape = tokens.accept("escape") ? tokens.textToken("the character that escapes").text : undefined;
  if (escape !== undefined && !/^[!-~]$/.test(escape)) throw new SyntaxFault("The character that escapes is one sign, such as '\\'.", tokens.last);
  return { kind: "like", operand: left, pattern, ignoreCase, escape, isNegated, ...from(tokens, left.start) };
}

const SIMPLE_TYPES = new Set<string>(GRAPH_TYPES);
/** Other databases' words for our types. */
const TYPE_ALIASES: ReadonlyMap<string, GraphType> = new Map([
  ["varchar", "text"],
  ["string", "text"],
  ["char", "text"],
  ["int", "integer"],
  ["int4", "integer"],
  ["int8", "integer"],
  ["bigint", "integer"],
  ["smallint", "integer"],
  ["long", "integer"],
  ["double", "number"],
  ["float", "number"],
  ["float8", "number"],
  ["real", "number"],
  ["bool", "boolean"],
  ["datetime", "timestamp"],
  ["blob", "binary"],
  ["bytea", "binary"],
]);
const DEFAULT_DECIMAL = "decimal(18,3)";

function decimalType(tokens: TokenStream): GraphType {
  if (!tokens.accept("(")) return DEFAULT_DECIMAL;
  const digits = [tokens.numberToken("how many digits")];
  if (tokens.accept(",")) digits.push(tokens.numberToken("how many places"));
  tokens.take(")");
  const [precision, scale] = [Number(digits[0]?.text), Number(digits[1]?.text ?? 0)];
  if (precision >= 1 && precision <= 38 && scale <= precision) return `decimal(${precision},${scale})`;
  throw new SyntaxFault("A decimal has 1 to 38 digits, and no more places than digits, such as decimal(18,2).", tokens.last);
}

/** A type as casts name it. */
function parseType(tokens: TokenStream): GraphType {
  const token = tokens.next;
  if (token.kind !== "name") throw tokens.unexpected("Expected a type, such as integer or decimal(18,2)");
  tokens.skip();
  if (token.text === "decimal" || token.text === "numeric") return decimalType(tokens);
  const type = SIMPLE_TYPES.has(token.text) ? (token.text as GraphType) : TYPE_ALIASES.get(token.text);
  if (type === undefined) throw new SyntaxFault(`${token.raw} is no type. Types are ${GRAPH_TYPES.join(", ")} and decimal(18,2).`, token);
  if (token.text === "double") tokens.accept("precision");
  if (tokens.next.text === "(" && type === "text") {
    tokens.skip();
    tokens.numberToken("a length");
    tokens.take(")");
  }
  return type;
}

function parseInfix(tokens: TokenStream, left: GraphExpression, level: number): GraphExpression {
  const { text } = tokens.next;
  if (level === LEVEL.compare && CONDITIONS.has(text)) return parseCondition(tokens, left);
  tokens.skip();
  if (level === LEVEL.cast) return { kind: "cast", operand: left, type: parseType(tokens), onFault: "fail", ...from(tokens, left.start) };
  const right = parseLevel(tokens, level + 1);
  const span = from(tokens, left.start);
  if (text !== "and" && text !== "or") return { kind: "binary", operator: text as BinaryOperator, left, right, ...span };
  const operands = left.kind === "logical" && left.operator === text && !tokens.isWrapped(left) ? [...left.operands, right] : [left, right];
  return { kind: "logical", operator: text, operands, ...span };
}

function parsePrefix(tokens: TokenStream): GraphExpression {
  const { start } = tokens.next;
  if (tokens.next.kind === "name" && tokens.accept("not")) {
    const operand = parseLevel(tokens, LEVEL.not);
    return { kind: "not", operand, ...from(tokens, start) };
  }
  if (tokens.next.kind === "symbol" && tokens.accept("-")) {
    const operand = parseLevel(tokens, LEVEL.sign);
    return { kind: "negate", operand, ...from(tokens, start) };
  }
  if (tokens.next.kind === "symbol" && tokens.accept("+")) return parseLevel(tokens, LEVEL.sign);
  return parsePrimary(tokens, { expression: () => parseLevel(tokens, 0), type: () => parseType(tokens) });
}

function parseLevel(tokens: TokenStream, least: number): GraphExpression {
  return tokens.deeper(MAX_DEPTH, () => {
    let left = tokens.measured(MAX_DEPTH, parsePrefix(tokens));
    for (let level = levelAfter(tokens); level > 0 && level >= least; level = levelAfter(tokens)) {
      left = tokens.measured(MAX_DEPTH, parseInfix(tokens, left, level));
    }
    return left;
  });
}

export type ParsedExpression =
  | { readonly expression: GraphExpression; readonly fault?: never }
  | { readonly expression?: never; readonly fault: ExpressionFault };

/** A canvas checks the same texts with every key that is pressed. */
const MOST_KEPT = 2_000;
const parsedTexts = new Map<string, ParsedExpression>();

/** Reads a text of the pipeline language; never throws. */
export function parseExpression(text: string): ParsedExpression {
  const known = parsedTexts.get(text);
  if (known !== undefined) return known;
  if (parsedTexts.size >= MOST_KEPT) parsedTexts.clear();
  const parsed = parse(text);
  parsedTexts.set(text, parsed);
  return parsed;
}

function parse(text: string): ParsedExpression {
  try {
    if (text.length > MAX_LENGTH) throw new SyntaxFault(`An expression has at most ${MAX_LENGTH} characters.`, { start: MAX_LENGTH, end: text.length });
    const tokens = new TokenStream(text);
    if (tokens.isOver) throw new SyntaxFault("Write an expression, such as amount * 2.", { start: 0, end: text.length });
    const expression = parseLevel(tokens, 0);
    if (!tokens.isOver) throw tokens.unexpected("The expression is over here, but more comes");
    return { expression };
  } catch (error) {
    if (error instanceof SyntaxFault) return { fault: error.fault };
    throw error;
  }
}
