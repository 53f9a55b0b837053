import type { GraphExpression } from "./syntax.ts";
import { article, type Typing } from "./typing.ts";
import { arithmeticType, type ExpressionType, isList, isNumeric, isOpen, isTime } from "./types.ts";

type Binary = Extract<GraphExpression, { readonly kind: "binary" }>;

const NEVER = new Set(["=", "<>", "<", "<=", ">", ">="]);

function checkComparison(node: Binary, typing: Typing): ExpressionType {
  const { left, right, operator } = node;
  if (NEVER.has(operator) && (left.kind === "null" || right.kind === "null"))
    typing.warn(node, "expression.null_comparison", 'Nothing is equal to null: write "is null" or "is not distinct from".');
  typing.together([left, right], `The sides of ${operator}`);
  return "boolean";
}

function checkJoined(node: Binary, typing: Typing): ExpressionType {
  for (const side of [node.left, node.right]) {
    const type = typing.type(side);
    if (isList(type) || type === "interval" || type === "binary") typing.refuse(side, "expression.type", `|| joins texts, but this is ${article(type)}.`);
  }
  return "text";
}

const isInstant = (type: ExpressionType): boolean => type === "timestamp" || type === "timestamptz";

const later = (moment: ExpressionType): ExpressionType => (moment === "date" ? "timestamp" : moment);

function differenceType(left: ExpressionType, right: ExpressionType): ExpressionType | undefined {
  if (left === "date" && right === "date") return "integer";
  return isInstant(left) && left === right ? "interval" : undefined;
}

/** Sums and differences with dates and spans of time in them; undefined for other sides. */
function timeType(operator: string, left: ExpressionType, right: ExpressionType): ExpressionType | undefined {
  if (right === "interval" && isTime(left)) return later(left);
  if (left === "interval" && right === "interval") return "interval";
  if (left === "date" && right === "integer") return "date";
  if (operator === "-") return differenceType(left, right);
  return left === "interval" && isTime(right) ? later(right) : undefined;
}

function timeAdvice(operator: string, left: ExpressionType, right: ExpressionType): string | undefined {
  if (isTime(left) && isTime(right)) return `${left} and ${right} cannot be computed with ${operator}; use date_diff.`;
  const isMixed = (isTime(left) && isNumeric(right)) || (isTime(right) && isNumeric(left));
  return isMixed ? `Say what the number counts: ${operator} interval '1 hour', or date_add.` : undefined;
}

function checkArithmetic(node: Binary, typing: Typing): ExpressionType {
  const { operator, left, right } = node;
  const [a, b] = [typing.type(left), typing.type(right)];
  if (operator === "+" || operator === "-") {
    const found = timeType(operator, a, b);
    if (found !== undefined) return found;
    const advice = timeAdvice(operator, a, b);
    if (advice !== undefined) return typing.refuse(node, "expression.type", advice);
  }
  const areNumbers = [left, right].map((side) => typing.number(side, operator)).every((isNumber) => isNumber);
  if (!areNumbers) return "unknown";
  if (isOpen(a)) return isOpen(b) ? "unknown" : arithmeticType(operator, b, b);
  return arithmeticType(operator, a, isOpen(b) ? a : b);
}

/** The type of two values with an operator between. */
export function checkBinary(node: Binary, typing: Typing): ExpressionType {
  if (NEVER.has(node.operator) || node.operator.startsWith("is ")) return checkComparison(node, typing);
  return node.operator === "||" ? checkJoined(node, typing) : checkArithmetic(node, typing);
}
