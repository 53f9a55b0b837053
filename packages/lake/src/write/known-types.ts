import type { Expression, Query, Relation, SqlType } from "@granary/engine";

const TEXT: SqlType = { kind: "text" };

function columnType(from: Relation | undefined, name: string): SqlType | undefined {
  if (from?.kind === "query") return knownType(from.query, name);
  if (from?.kind === "csvFile") return from.columns.find((item) => item.name === name)?.type;
  return undefined;
}

function expressionType(expression: Expression, from: Relation | undefined): SqlType | undefined {
  switch (expression.kind) {
    case "cast":
    case "typedLiteral":
      return expression.type;
    case "literal":
      return typeof expression.value === "string" ? TEXT : undefined;
    case "column":
      return expression.relation === undefined ? columnType(from, expression.name) : undefined;
    default:
      return undefined;
  }
}

/** The type of a query's column as far as the query itself says it; undefined when only the engine knows. */
export function knownType(query: Query, name: string): SqlType | undefined {
  if (query.kind !== "select") return undefined;
  const item = query.items.find(({ as }) => as === name);
  return item === undefined ? undefined : expressionType(item.expression, query.from);
}
