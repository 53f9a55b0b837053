import { problem } from "@granary/protocol";
import type { Expression } from "../expression.ts";
import type { NamedQuery, Query, SelectQuery } from "../query.ts";
import { type NodePrinters, type Printer, printKey, printSortKeys } from "./printer.ts";
import { printCount, printName, printNames, printTableName } from "./text.ts";

const clause = <T>(word: string, part: T | undefined, print: (part: T) => string): string => (part === undefined ? "" : ` ${word} ${print(part)}`);

function printSelect(node: SelectQuery, print: Printer): string {
  if (node.items.length === 0) throw problem("engine.statement_invalid", { reason: "a select needs at least one column" });
  const items = node.items.map((item) => `${print.expression(item.expression)} AS ${printName(item.as)}`).join(", ");
  const { groupBy = [], orderBy = [] } = node;
  const condition = (expression: Expression): string => print.expression(expression);
  const parts = [
    `SELECT ${node.distinct === true ? "DISTINCT " : ""}${items} FROM ${print.relation(node.from)}`,
    clause("WHERE", node.where, condition),
    clause("GROUP BY", groupBy.length === 0 ? undefined : groupBy, (keys) => keys.map((key) => printKey(key, print)).join(", ")),
    clause("HAVING", node.having, condition),
    clause("QUALIFY", node.qualify, condition),
    clause("ORDER BY", orderBy.length === 0 ? undefined : orderBy, (keys) => printSortKeys(keys, print)),
    clause("LIMIT", node.limit, printCount),
    clause("OFFSET", node.offset, printCount),
  ];
  return parts.join("");
}

const joinedBy =
  (operator: string) =>
  (node: { readonly queries: readonly Query[] }, print: Printer): string => {
    if (node.queries.length === 0) throw problem("engine.statement_invalid", { reason: "a union needs at least one query" });
    return node.queries.map((query) => `(${print.query(query)})`).join(` ${operator} `);
  };

function printNamed(named: NamedQuery, print: Printer): string {
  const columns = named.columns === undefined ? "" : `(${printNames(named.columns)})`;
  const kept = named.materialized === undefined ? "" : named.materialized ? "MATERIALIZED " : "NOT MATERIALIZED ";
  return `${printTableName(named.name)}${columns} AS ${kept}(${print.query(named.query)})`;
}

export const QUERIES: NodePrinters<Query> = {
  select: printSelect,
  union: joinedBy("UNION"),
  unionAll: joinedBy("UNION ALL"),
  except: joinedBy("EXCEPT"),
  exceptAll: joinedBy("EXCEPT ALL"),
  intersect: joinedBy("INTERSECT"),
  intersectAll: joinedBy("INTERSECT ALL"),
  with: (node, print) => {
    if (node.named.length === 0) return print.query(node.query);
    return `WITH ${node.recursive === true ? "RECURSIVE " : ""}${node.named.map((named) => printNamed(named, print)).join(", ")} ${print.query(node.query)}`;
  },
};
