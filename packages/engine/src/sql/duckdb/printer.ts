import { problem } from "@granary/protocol";
import type { Expression } from "../expression.ts";
import type { Query, SortKey } from "../query.ts";
import type { Relation } from "../relation.ts";

/** What the printers of single nodes use for the nodes inside them. One per statement. */
export interface Printer {
  expression(node: Expression): string;
  query(node: Query): string;
  relation(node: Relation): string;
  /** Prints with names that stand for parameters of a lambda and not for columns. */
  withParameters<T>(names: readonly string[], print: () => T): T;
  isParameter(name: string): boolean;
}

type NodePrinter<Node> = (node: Node, print: Printer) => string;

/** One printer for each kind of node: a new kind fails to compile until it has one. */
export type NodePrinters<Node extends { readonly kind: string }, Kind extends Node["kind"] = Node["kind"]> = {
  readonly [K in Kind]: NodePrinter<Extract<Node, { readonly kind: K }>>;
};

export function printNode<Node extends { readonly kind: string }>(printers: NodePrinters<Node>, node: Node, print: Printer): string {
  if (!Object.hasOwn(printers, node.kind)) throw problem("engine.statement_invalid", { reason: "a part of it is of no known kind" });
  return (printers[node.kind as Node["kind"]] as NodePrinter<Node>)(node, print);
}

export const printList = (nodes: readonly Expression[], print: Printer): string => nodes.map((node) => print.expression(node)).join(", ");

/** A bare constant would be taken as the number of a result column. */
export function printKey(node: Expression, print: Printer): string {
  const text = print.expression(node);
  return node.kind === "literal" ? `coalesce(${text}, NULL)` : text;
}

export function printSortKeys(keys: readonly SortKey[], print: Printer): string {
  return keys
    .map((key) => `${printKey(key.expression, print)} ${key.direction === "desc" ? "DESC" : "ASC"} NULLS ${key.nulls === "first" ? "FIRST" : "LAST"}`)
    .join(", ");
}
