import type { Query, Relation } from "../sql/index.ts";

const hidesInside = (relation: Relation): boolean => {
  if (relation.kind === "query") return hidesRows(relation.query);
  if (relation.kind === "alias") return hidesInside(relation.relation);
  return relation.kind !== "parquetFiles" && relation.kind !== "values" && relation.kind !== "sequence";
};

/** Whether a relation may leave rows out that its files hold: all do but plain reads, put one after the other. */
export function hidesRows(query: Query): boolean {
  if (query.kind === "unionAll") return query.queries.some(hidesRows);
  if (query.kind !== "select") return true;
  const { distinct, from, groupBy, having, items: _items, kind: _kind, limit, offset, orderBy: _orderBy, qualify, where } = query;
  return (distinct ?? groupBy ?? having ?? limit ?? offset ?? qualify ?? where) !== undefined || hidesInside(from);
}
