import { problem } from "@granary/protocol";
import type { Expression } from "../expression.ts";
import type { Query } from "../query.ts";
import type { Statement } from "../statement.ts";
import { CALLS } from "./calls.ts";
import { CONDITIONS } from "./conditions.ts";
import { type NodePrinters, type Printer, printNode } from "./printer.ts";
import { QUERIES } from "./queries.ts";
import { RELATIONS } from "./relations.ts";
import { STATEMENTS } from "./statements.ts";
import { VALUES } from "./values.ts";

const EXPRESSIONS: NodePrinters<Expression> = { ...VALUES, ...CONDITIONS, ...CALLS };

/** The engine itself stops at 1,000, counting more than our nodes. */
const MAX_DEPTH = 400;

function createPrinter(): Printer {
  let depth = 0;
  let parameters: readonly string[] = [];
  function deeper<T>(print: () => T): T {
    if (depth >= MAX_DEPTH) throw problem("engine.statement_invalid", { reason: `it is nested more than ${MAX_DEPTH} deep` });
    depth += 1;
    const text = print();
    depth -= 1;
    return text;
  }
  const printer: Printer = {
    expression: (node) => deeper(() => printNode(EXPRESSIONS, node, printer)),
    query: (node) => deeper(() => printNode(QUERIES, node, printer)),
    relation: (node) => deeper(() => printNode(RELATIONS, node, printer)),
    withParameters: (names, print) => {
      const outer = parameters;
      parameters = [...outer, ...names];
      const text = print();
      parameters = outer;
      return text;
    },
    isParameter: (name) => parameters.some((parameter) => parameter.toLowerCase() === name.toLowerCase()),
  };
  return printer;
}

/** DuckDB's text of an expression. Throws `engine.statement_invalid` for what is outside the tree, such as an unlisted function. */
export const printExpression = (node: Expression): string => createPrinter().expression(node);

/** DuckDB's text of a query. */
export const printQuery = (node: Query): string => createPrinter().query(node);

/** DuckDB's text of a statement: the only way SQL text comes to be in the platform. */
export const printStatement = (node: Statement): string => printNode(STATEMENTS, node, createPrinter());
