import { problem } from "@granary/protocol";
import type { Expression } from "../expression.ts";
import { printInterval, printLiteral, printTypedLiteral } from "./literals.ts";
import type { NodePrinters, Printer } from "./printer.ts";
import { printName, printText } from "./text.ts";
import { printType } from "./types.ts";

const qualifier = (relation: string | undefined): string => (relation === undefined ? "" : `${printName(relation)}.`);

/** Kept apart from the names of columns, which the engine would otherwise take for the parameter of the same name. */
const parameterName = (name: string): string => `parameter:${name}`;

function printColumn(node: Extract<Expression, { kind: "column" }>, print: Printer): string {
  if (node.relation === undefined && print.isParameter(node.name)) {
    throw problem("engine.statement_invalid", { reason: "a column inside a list function is named like its parameter" });
  }
  return `${qualifier(node.relation)}${printName(node.name)}`;
}

function printLambda(parameters: readonly string[], body: Expression, print: Printer): string {
  const names = parameters.map(parameterName);
  return print.withParameters(names, () => `lambda ${names.map(printName).join(", ")}: ${print.expression(body)}`);
}

function printListFunction(node: Extract<Expression, { kind: "listTransform" | "listFilter" }>, print: Printer): string {
  const parameters = node.index === undefined ? [node.parameter] : [node.parameter, node.index];
  const name = node.kind === "listTransform" ? "list_transform" : "list_filter";
  return `${name}(${print.expression(node.operand)}, ${printLambda(parameters, node.body, print)})`;
}

type Kinds =
  | "column"
  | "rowPosition"
  | "fileName"
  | "literal"
  | "typedLiteral"
  | "interval"
  | "cast"
  | "case"
  | "structPack"
  | "structField"
  | "parameter"
  | "listTransform"
  | "listFilter"
  | "listReduce";

export const VALUES: NodePrinters<Expression, Kinds> = {
  column: printColumn,
  rowPosition: (node) => `${qualifier(node.relation)}file_row_number`,
  fileName: (node) => `${qualifier(node.relation)}filename`,
  literal: (node) => printLiteral(node.value),
  typedLiteral: (node) => printTypedLiteral(node),
  interval: (node) => printInterval(node),
  cast: (node, print) => `${node.onFault === "null" ? "TRY_CAST" : "CAST"}(${print.expression(node.operand)} AS ${printType(node.type)})`,
  case: (node, print) => {
    const otherwise = print.expression(node.otherwise);
    const branches = node.branches.map((branch) => `WHEN ${print.expression(branch.when)} THEN ${print.expression(branch.then)}`);
    return branches.length === 0 ? otherwise : `CASE ${branches.join(" ")} ELSE ${otherwise} END`;
  },
  structPack: (node, print) => {
    if (node.fields.length === 0) throw problem("engine.statement_invalid", { reason: "a struct needs at least one field" });
    return `struct_pack(${node.fields.map((field) => `${printName(field.name)} := ${print.expression(field.value)}`).join(", ")})`;
  },
  structField: (node, print) => `struct_extract(${print.expression(node.operand)}, ${printText(node.name)})`,
  parameter: (node, print) => {
    const name = parameterName(node.name);
    if (!print.isParameter(name)) throw problem("engine.statement_invalid", { reason: `${node.name} is no parameter of a list function around it` });
    return printName(name);
  },
  listTransform: printListFunction,
  listFilter: printListFunction,
  listReduce: (node, print) =>
    `list_reduce(${print.expression(node.operand)}, ${printLambda([node.accumulator, node.parameter], node.body, print)}, ${print.expression(node.initial)})`,
};
