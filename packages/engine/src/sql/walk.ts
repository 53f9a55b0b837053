import { problem } from "@granary/protocol";
import type { CallExpression, Expression, FrameBound, WindowFrame } from "./expression.ts";
import { FUNCTIONS } from "./functions.ts";
import type { Query, SelectQuery, SortKey } from "./query.ts";
import type { Relation } from "./relation.ts";

type Change = (node: Expression) => Expression;

/** Rebuilds a node with other children; queries inside it stay as they are. */
type Rebuilders = { readonly [K in Expression["kind"]]: (node: Extract<Expression, { readonly kind: K }>, change: Change) => Expression };

const same = (node: Expression): Expression => node;

const changeKeys = (keys: readonly SortKey[], change: Change): readonly SortKey[] => keys.map((key) => ({ ...key, expression: change(key.expression) }));

const changeCall = (node: CallExpression, change: Change): CallExpression => ({
  ...node,
  operands: node.operands.map(change),
  ...(node.orderBy === undefined ? {} : { orderBy: changeKeys(node.orderBy, change) }),
  ...(node.filter === undefined ? {} : { filter: change(node.filter) }),
});

const changeBound = (bound: FrameBound, change: Change): FrameBound => ("offset" in bound ? { ...bound, offset: change(bound.offset) } : bound);

const changeFrame = (frame: WindowFrame, change: Change): WindowFrame => ({
  ...frame,
  start: changeBound(frame.start, change),
  end: changeBound(frame.end, change),
});

const REBUILD: Rebuilders = {
  column: same,
  rowPosition: same,
  fileName: same,
  literal: same,
  typedLiteral: same,
  interval: same,
  parameter: same,
  exists: same,
  scalarQuery: same,
  comparison: (node, change) => ({ ...node, left: change(node.left), right: change(node.right) }),
  arithmetic: (node, change) => ({ ...node, left: change(node.left), right: change(node.right) }),
  negate: (node, change) => ({ ...node, operand: change(node.operand) }),
  logical: (node, change) => ({ ...node, operands: node.operands.map(change) }),
  not: (node, change) => ({ ...node, operand: change(node.operand) }),
  isNull: (node, change) => ({ ...node, operand: change(node.operand) }),
  between: (node, change) => ({ ...node, operand: change(node.operand), low: change(node.low), high: change(node.high) }),
  inList: (node, change) => ({ ...node, operand: change(node.operand), values: node.values.map(change) }),
  inQuery: (node, change) => ({ ...node, operands: node.operands.map(change) }),
  like: (node, change) => ({ ...node, operand: change(node.operand), pattern: change(node.pattern) }),
  regexMatch: (node, change) => ({ ...node, operand: change(node.operand), pattern: change(node.pattern) }),
  call: changeCall,
  window: (node, change) => ({
    ...node,
    call: changeCall(node.call, change),
    partitionBy: node.partitionBy.map(change),
    orderBy: changeKeys(node.orderBy, change),
    ...(node.frame === undefined ? {} : { frame: changeFrame(node.frame, change) }),
  }),
  cast: (node, change) => ({ ...node, operand: change(node.operand) }),
  case: (node, change) => ({
    ...node,
    branches: node.branches.map((branch) => ({ when: change(branch.when), then: change(branch.then) })),
    otherwise: change(node.otherwise),
  }),
  structPack: (node, change) => ({ ...node, fields: node.fields.map((field) => ({ ...field, value: change(field.value) })) }),
  structField: (node, change) => ({ ...node, operand: change(node.operand) }),
  listTransform: (node, change) => ({ ...node, operand: change(node.operand), body: change(node.body) }),
  listFilter: (node, change) => ({ ...node, operand: change(node.operand), body: change(node.body) }),
  listReduce: (node, change) => ({ ...node, operand: change(node.operand), initial: change(node.initial), body: change(node.body) }),
};

/** The expression with each direct part replaced by what `change` makes of it. */
export function mapParts(node: Expression, change: Change): Expression {
  return (REBUILD[node.kind] as (node: Expression, change: Change) => Expression)(node, change);
}

type Visit = (node: Expression) => void;

function visitQuery(query: Query, visit: Visit): void {
  if (query.kind === "select") visitSelect(query, visit);
  else if (query.kind === "with") for (const part of [...query.named.map((named) => named.query), query.query]) visitQuery(part, visit);
  else for (const part of query.queries) visitQuery(part, visit);
}

function visitSelect(select: SelectQuery, visit: Visit): void {
  const keys = [...select.items, ...(select.orderBy ?? [])].map((item) => item.expression);
  const conditions = [select.where, select.having, select.qualify].filter((condition) => condition !== undefined);
  for (const node of [...keys, ...conditions, ...(select.groupBy ?? [])]) visitExpression(node, visit);
  visitRelation(select.from, visit);
}

function visitRelation(relation: Relation, visit: Visit): void {
  if (relation.kind === "query") visitQuery(relation.query, visit);
  else if (relation.kind === "alias") visitRelation(relation.relation, visit);
  else if (relation.kind === "join") {
    visitRelation(relation.left, visit);
    visitRelation(relation.right, visit);
    if (relation.on !== undefined) visitExpression(relation.on, visit);
  } else if (relation.kind === "unnest") {
    visitRelation(relation.relation, visit);
    visitExpression(relation.list, visit);
  } else if (relation.kind === "values") for (const value of relation.rows.flat()) visitExpression(value, visit);
}

/** Shows every node of an expression, those of queries inside it too, to `visit`. */
export function visitExpression(root: Expression, visit: Visit): void {
  const pending: Expression[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    visit(node);
    if ("query" in node) visitQuery(node.query, visit);
    mapParts(node, (part) => {
      pending.push(part);
      return part;
    });
  }
}

/** The names of all columns an expression reads, each once; those of queries inside it too. */
export function columnsOf(expression: Expression): ReadonlySet<string> {
  const names = new Set<string>();
  visitExpression(expression, (node) => {
    if (node.kind === "column") names.add(node.name);
  });
  return names;
}

/**
 * Whether an expression is computed from the columns of one row and nothing else: no query inside it, no aggregate, no
 * window, no place in a file. What people and policies write as a mask or filter must be.
 */
export function isRowExpression(expression: Expression): boolean {
  let found = true;
  visitExpression(expression, (node) => {
    if ("query" in node || node.kind === "window" || node.kind === "rowPosition" || node.kind === "fileName") found = false;
    if (node.kind === "column" && node.relation !== undefined) found = false;
    if (node.kind === "call" && (!Object.hasOwn(FUNCTIONS, node.name) || FUNCTIONS[node.name].use !== "scalar")) found = false;
  });
  return found;
}

type Column = Extract<Expression, { readonly kind: "column" }>;

/**
 * The expression with each column replaced, so that a filter on what a reader sees becomes one on what is stored.
 * Refuses queries inside it (`engine.statement_invalid`), where a name may mean another relation's column.
 */
export function replaceColumns(expression: Expression, replace: (column: Column) => Expression): Expression {
  if ("query" in expression) throw problem("engine.statement_invalid", { reason: "a query stands where one value of a row is expected" });
  return expression.kind === "column" ? replace(expression) : mapParts(expression, (part) => replaceColumns(part, replace));
}
