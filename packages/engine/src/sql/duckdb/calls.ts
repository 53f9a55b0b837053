import { problem } from "@granary/protocol";
import { constantOf, type DatePart, findCallFault } from "../call-fault.ts";
import type { CallExpression, Expression, FrameBound, WindowFrame } from "../expression.ts";
import type { Argument, FunctionShape } from "../function-shape.ts";
import { FUNCTIONS } from "../functions.ts";
import { DUCKDB_DATE_PARTS, DUCKDB_FUNCTIONS } from "./functions.ts";
import { type NodePrinters, type Printer, printList, printSortKeys } from "./printer.ts";
import { printText } from "./text.ts";

/** Some functions take a single-precision share, which only a plain decimal becomes by itself. */
const printPlace = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(12).replace(/0+$/, ""));

function printOperand(operand: Expression, argument: Argument | undefined, print: Printer): string {
  if (argument === undefined || !/^(part|place|shares)\b/.test(argument)) return print.expression(operand);
  const value = constantOf(operand);
  if (typeof value === "string") return printText(DUCKDB_DATE_PARTS[value as DatePart]);
  return Array.isArray(value) ? `[${value.map((part) => printPlace(Number(part))).join(", ")}]` : printPlace(Number(value));
}

function printOperands(call: CallExpression, print: Printer): readonly string[] {
  const { takes }: FunctionShape = FUNCTIONS[call.name];
  return call.operands.map((operand, index) => printOperand(operand, takes[index], print));
}

function printCall(call: CallExpression, print: Printer, window?: { readonly ignoreNulls: boolean }): string {
  const fault = findCallFault(call, window !== undefined);
  if (fault !== undefined) throw problem("engine.statement_invalid", { reason: fault });
  const spelling = DUCKDB_FUNCTIONS[call.name];
  const operands = printOperands(call, print);
  if (typeof spelling !== "string") return (spelling.print as (...operands: readonly string[]) => string)(...operands);
  const orderBy = (call.orderBy?.length ?? 0) === 0 ? "" : ` ORDER BY ${printSortKeys(call.orderBy ?? [], print)}`;
  const filter = call.filter === undefined ? "" : ` FILTER (WHERE ${print.expression(call.filter)})`;
  return `${spelling}(${call.distinct === true ? "DISTINCT " : ""}${operands.join(", ")}${orderBy}${window?.ignoreNulls === true ? " IGNORE NULLS" : ""})${filter}`;
}

const BOUNDS: { readonly [K in FrameBound["kind"]]: string } = {
  unboundedPreceding: "UNBOUNDED PRECEDING",
  preceding: "PRECEDING",
  currentRow: "CURRENT ROW",
  following: "FOLLOWING",
  unboundedFollowing: "UNBOUNDED FOLLOWING",
};
const UNITS: { readonly [K in WindowFrame["unit"]]: string } = { rows: "ROWS", range: "RANGE", groups: "GROUPS" };
const EXCLUDED: { readonly [K in NonNullable<WindowFrame["exclude"]>]: string } = { "current row": "CURRENT ROW", group: "GROUP", ties: "TIES" };

function word<K extends string>(table: Readonly<Record<K, string>>, key: K): string {
  if (!Object.hasOwn(table, key)) throw problem("engine.statement_invalid", { reason: "the frame of a window is not known" });
  return table[key];
}

const printBound = (bound: FrameBound, print: Printer): string =>
  "offset" in bound ? `${print.expression(bound.offset)} ${word(BOUNDS, bound.kind)}` : word(BOUNDS, bound.kind);

function printFrame(frame: WindowFrame, print: Printer): string {
  const exclude = frame.exclude === undefined ? "" : ` EXCLUDE ${word(EXCLUDED, frame.exclude)}`;
  return `${word(UNITS, frame.unit)} BETWEEN ${printBound(frame.start, print)} AND ${printBound(frame.end, print)}${exclude}`;
}

export const CALLS: NodePrinters<Expression, "call" | "window"> = {
  call: (node, print) => printCall(node, print),
  window: (node, print) => {
    const parts = [
      node.partitionBy.length === 0 ? "" : `PARTITION BY ${printList(node.partitionBy, print)}`,
      node.orderBy.length === 0 ? "" : `ORDER BY ${printSortKeys(node.orderBy, print)}`,
      node.frame === undefined ? "" : printFrame(node.frame, print),
    ];
    return `${printCall(node.call, print, { ignoreNulls: node.ignoreNulls ?? false })} OVER (${parts.filter((part) => part !== "").join(" ")})`;
  },
};
