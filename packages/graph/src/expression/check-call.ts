import { decimalOf } from "@granary/protocol";
import { findFunction, FUNCTION_NAMES, type FunctionEntry, type FunctionParameter, type ParameterType } from "./functions/index.ts";
import { literalFault } from "./literals.ts";
import type { OwnFunction } from "./scope.ts";
import { didYouMean } from "../similar-names.ts";
import type { CallNode, GraphExpression } from "./syntax.ts";
import { article, type Typing } from "./typing.ts";
import { decimal, elementOf, type ExpressionType, fits, isList, isNumeric, isOpen, isTime, listOf } from "./types.ts";

/** Units of time that functions take. */
export const TIME_UNITS = [
  "microsecond",
  "millisecond",
  "second",
  "minute",
  "hour",
  "day",
  "day_of_week",
  "day_of_year",
  "week",
  "iso_year",
  "month",
  "quarter",
  "year",
  "decade",
  "century",
] as const;

const MAX_SIZE = 10_000;

const isSize = (node: GraphExpression): boolean => node.kind === "number" && /^\d+$/.test(node.digits) && Number(node.digits) <= MAX_SIZE;
const isShare = (node: GraphExpression): boolean => node.kind === "number" && Number(node.digits) <= 1;
const SPANS: ReadonlySet<string> = new Set(["microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year"]);
const isSpan = (node: GraphExpression): boolean => node.kind === "text" && SPANS.has(node.value.toLowerCase());
const isUnit = (node: GraphExpression): boolean => node.kind === "text" && (TIME_UNITS as readonly string[]).includes(node.value.toLowerCase());

/** Arguments that must be written down, and how a refusal says so. */
const WRITTEN: Readonly<Partial<Record<ParameterType, readonly [fits: (node: GraphExpression) => boolean, says: string]>>> = {
  unit: [isUnit, "a unit written down, such as 'day', 'week', 'month' or 'year'"],
  span: [isSpan, "one of 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter' and 'year', written down"],
  size: [isSize, `a whole number from 0 to ${MAX_SIZE} that is written down`],
  share: [isShare, "a share from 0 to 1 that is written down, such as 0.5"],
  written: [(node) => node.kind === "text", "a text written down, such as ', '"],
  format: [(node) => node.kind === "text", "a format written down, such as '%d.%m.%Y'"],
};

const TAKES: Readonly<Partial<Record<ParameterType, (type: ExpressionType) => boolean>>> = {
  any: (type) => type !== "interval",
  number: isNumeric,
  json: (type) => type === "json" || type === "text",
  moment: isTime,
  timestamp: (type) => type === "timestamp" || type === "date",
  list: isList,
  numbers: (type) => isList(type) && isNumeric(elementOf(type)),
};

const takes = (parameter: ParameterType, type: ExpressionType): boolean => isOpen(type) || (TAKES[parameter]?.(type) ?? type === parameter);

const SAYS: Readonly<Partial<Record<ParameterType, string>>> = {
  numbers: "a list of numbers",
  number: "a number",
  moment: "a date or timestamp",
  json: "JSON",
  integer: "a whole number",
  boolean: "a condition",
};

/** A text written down where a moment is needed: a date or a time stamp by its form. */
function adapted(node: Extract<GraphExpression, { readonly kind: "text" }>, parameter: ParameterType): ExpressionType | undefined {
  if (parameter === "date" || parameter === "timestamp" || parameter === "timestamptz") return parameter;
  if (parameter !== "moment") return undefined;
  return (["date", "timestamp", "timestamptz"] as const).find((each) => literalFault(each, node.value) === undefined) ?? "date";
}

function castAdvice(parameter: ParameterType, type: ExpressionType): string {
  if (parameter === "text" && type !== "interval") return " Cast it: cast(... as text).";
  return type === "text" ? ` Cast it: cast(... as ${castHint(parameter)}).` : "";
}

function checkArgument(node: GraphExpression, parameter: FunctionParameter, name: string, typing: Typing): void {
  const type = typing.type(node);
  const written = WRITTEN[parameter.type];
  if (written !== undefined) {
    if (!written[0](node)) typing.refuse(node, "expression.argument", `${name}: ${parameter.name} must be ${written[1]}.`);
    return;
  }
  if (takes(parameter.type, type)) return;
  const other = node.kind === "text" ? adapted(node, parameter.type) : undefined;
  if (other !== undefined) {
    typing.adapt(node, other);
    return;
  }
  const wanted = SAYS[parameter.type] ?? article(parameter.type as ExpressionType);
  typing.refuse(node, "expression.argument", `${name}: ${parameter.name} must be ${wanted}, but this is ${article(type)}.${castAdvice(parameter.type, type)}`);
}

const castHint = (type: ParameterType): string => (type === "moment" ? "date" : type === "list" ? "json" : type);

const parameterAt = (entry: FunctionEntry, index: number): FunctionParameter | undefined => {
  const last = entry.parameters.at(-1);
  return entry.parameters[index] ?? (last?.isMany === true ? last : undefined);
};

function countFault(entry: FunctionEntry, count: number): string | undefined {
  const least = entry.parameters.filter((each) => !each.isOptional).length;
  const isTooMany = count > 0 && parameterAt(entry, count - 1) === undefined;
  return count < least || isTooMany ? `It is called like this: ${entry.signature}.` : undefined;
}

function roundedType(node: CallNode, type: ExpressionType): ExpressionType {
  const found = decimalOf(type);
  const places = node.operands[1];
  if (found === undefined) return type;
  if (node.name === "round" && places !== undefined && places.kind !== "number" && places.kind !== "negate") return type;
  const scale = places?.kind === "number" ? Math.min(Number(places.digits), found.scale) : 0;
  return decimal(found.precision - found.scale + 1 + scale, scale);
}

function summed(type: ExpressionType): ExpressionType {
  const found = decimalOf(type);
  return found === undefined ? type : decimal(38, found.scale);
}

function answerOf(entry: FunctionEntry, node: CallNode, typing: Typing, common: ExpressionType): ExpressionType {
  const typeAt = (...wanted: readonly ParameterType[]): ExpressionType => {
    const at = entry.parameters.findIndex((parameter) => wanted.includes(parameter.type));
    const operand = node.operands[at];
    return operand === undefined ? "unknown" : typing.type(operand);
  };
  switch (entry.returns) {
    case "T":
      return common;
    case "T[]":
      return listOf(common);
    case "E":
      return elementOf(typeAt("list"));
    case "same":
      return typeAt("number", "moment", "list");
    case "whole":
      return roundedType(node, typeAt("number"));
    case "sum":
      return summed(isList(typeAt("numbers")) ? elementOf(typeAt("numbers")) : typeAt("number"));
    case "middle":
      return decimalOf(typeAt("number")) === undefined ? "number" : typeAt("number");
    default:
      return entry.returns;
  }
}

function checkOperands(entry: FunctionEntry, node: CallNode, typing: Typing): ExpressionType {
  const same: GraphExpression[] = [];
  const list = entry.parameters.findIndex((parameter) => parameter.type === "list");
  for (const [index, operand] of node.operands.entries()) {
    const parameter = parameterAt(entry, index);
    if (parameter?.type === "T") same.push(operand);
    else if (parameter?.type === "E") {
      const element = elementOf(typing.type(node.operands[list] ?? operand));
      if (!fits(typing.type(operand), element))
        typing.refuse(operand, "expression.argument", `${node.name}: the list holds ${element}, but this is ${article(typing.type(operand))}.`);
    } else if (parameter !== undefined) checkArgument(operand, parameter, node.name, typing);
  }
  return answerOf(entry, node, typing, typing.together(same, `The values of ${node.name}`));
}

function checkOwn(own: OwnFunction, node: CallNode, typing: Typing): ExpressionType {
  typing.functions.set(node, own);
  const shape = `${own.name}(${own.arguments.map((each) => each.name).join(", ")})`;
  if (own.language === "javascript") return typing.refuse(node, "expression.javascript", `${own.name} is written in JavaScript: use it in a function node.`);
  if (node.operands.length !== own.arguments.length) return typing.refuse(node, "expression.argument", `It is called like this: ${shape}.`);
  for (const [index, operand] of node.operands.entries()) {
    const type = (own.arguments[index]?.type ?? "text") as ExpressionType;
    if (operand.kind === "text") typing.adapt(operand, type);
    else if (!fits(typing.type(operand), type))
      typing.refuse(
        operand,
        "expression.argument",
        `${own.name}: ${own.arguments[index]?.name ?? ""} must be ${article(type)}, but this is ${article(typing.type(operand))}.`,
      );
  }
  return own.returns as ExpressionType;
}

const PLACES = { row: "derive or filter node", measure: "aggregate node", window: "window node" } as const;

function placeFault(entry: FunctionEntry, typing: Typing): string | undefined {
  const { use } = typing.scope;
  if (entry.kind === "scalar") return undefined;
  if (typing.isInAggregate) return `${entry.name} cannot stand inside another aggregate or window function.`;
  if (use === "row") return `${entry.name} looks at several rows: use ${entry.kind === "window" ? "a window" : "an aggregate"} node for it.`;
  return use === "measure" && entry.kind === "window" ? `${entry.name} needs a window node, not ${PLACES[use]}.` : undefined;
}

function optionFault(entry: FunctionEntry, node: CallNode): string | undefined {
  if (node.isStar && entry.name !== "count") return `Only count takes *: ${entry.signature}.`;
  if (entry.kind === "aggregate") return undefined;
  return node.isDistinct || node.orderBy.length > 0 || node.filter !== undefined
    ? `${entry.name} is no aggregate: leave out distinct, order by and filter.`
    : undefined;
}

function checkParts(entry: FunctionEntry, node: CallNode, typing: Typing): ExpressionType {
  for (const key of node.orderBy) typing.type(key.expression);
  if (node.filter !== undefined) typing.expect(node.filter, "boolean", "a condition");
  return node.isStar ? "integer" : checkOperands(entry, node, typing);
}

/** The type of a call of a function of the library or of people's own. */
export function checkCall(node: CallNode, typing: Typing): ExpressionType {
  const own = typing.scope.functions.get(node.name);
  const entry = findFunction(node.name);
  const name = { start: node.start, end: node.nameEnd };
  if (entry === undefined) {
    if (own !== undefined) return checkOwn(own, node, typing);
    const hint = didYouMean(node.name, [...FUNCTION_NAMES, ...typing.scope.functions.keys()]);
    return typing.refuse(name, "expression.unknown_function", `There is no function ${node.name}.${hint}`);
  }
  typing.functions.set(node, entry);
  const fault = placeFault(entry, typing) ?? optionFault(entry, node);
  if (fault !== undefined) return typing.refuse(name, "expression.place", fault);
  const count = node.isStar ? undefined : countFault(entry, node.operands.length);
  if (count !== undefined) return typing.refuse(node, "expression.argument", count);
  return entry.kind === "scalar" ? checkParts(entry, node, typing) : typing.within(() => checkParts(entry, node, typing));
}
