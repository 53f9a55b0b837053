import { checkBinary } from "./check-binary.ts";
import { checkCall } from "./check-call.ts";
import type { FunctionEntry } from "./functions/index.ts";
import { literalFault, numberType } from "./literals.ts";
import { parseExpression } from "./parser.ts";
import type { ExpressionScope, OwnFunction, ScopeColumn } from "./scope.ts";
import { didYouMean } from "../similar-names.ts";
import type { CallNode, ExpressionFault, GraphExpression } from "./syntax.ts";
import { Typing } from "./typing.ts";
import { canCast, type ExpressionType } from "./types.ts";

/** What is known of a right expression, for whoever makes a statement of it. */
export interface CheckedExpression {
  readonly expression: GraphExpression;
  readonly type: ExpressionType;
  typeOf(node: GraphExpression): ExpressionType;
  columnOf(node: GraphExpression): ScopeColumn | undefined;
  functionOf(node: CallNode): FunctionEntry | OwnFunction | undefined;
}

export interface ExpressionCheck {
  /** Undefined where there is an error. */
  readonly checked: CheckedExpression | undefined;
  /** `unknown` where there is an error. */
  readonly type: ExpressionType;
  readonly faults: readonly ExpressionFault[];
  /** Columns it reads, each once. */
  readonly columns: readonly ScopeColumn[];
}

type Kind = GraphExpression["kind"];
type Node<K extends Kind> = Extract<GraphExpression, { readonly kind: K }>;
type Checks = { readonly [K in Kind]: (node: Node<K>, typing: Typing) => ExpressionType };

function checkColumn(node: Node<"column">, typing: Typing): ExpressionType {
  const { columns, groupedBy, use } = typing.scope;
  if (columns === undefined) return "unknown";
  const found = columns.find(node.name, node.side);
  if (found === "ambiguous") return typing.refuse(node, "expression.ambiguous", `Both sides have ${node.name}: write left.${node.name} or right.${node.name}.`);
  if (found === undefined) {
    const isQuoted = typing.isNamedLikeText(node);
    const hint = isQuoted
      ? ` A text is put in 'single quotes'.`
      : didYouMean(
          node.name,
          columns.columns.map((column) => column.name),
        );
    return typing.refuse(node, "expression.unknown_column", `There is no column ${node.name}.${hint}`);
  }
  typing.read(node, found);
  if (use === "measure" && !typing.isInAggregate && groupedBy?.has(found.name.toLowerCase()) !== true)
    return typing.refuse(
      node,
      "expression.not_grouped",
      `${found.name} has several values in a group: put it into an aggregate such as sum or max, or group by it.`,
    );
  return found.type;
}

const condition = (node: GraphExpression, typing: Typing): void => typing.expect(node, "boolean", "a condition");

function checkCase(node: Node<"case">, typing: Typing): ExpressionType {
  if (node.operand === undefined) for (const { when } of node.branches) condition(when, typing);
  else typing.together([node.operand, ...node.branches.map(({ when }) => when)], "The values after when");
  const results = [...node.branches.map(({ then }) => then), ...(node.otherwise === undefined ? [] : [node.otherwise])];
  return typing.together(results, "The results of case");
}

function checkCast(node: Node<"cast">, typing: Typing): ExpressionType {
  const from = typing.type(node.operand);
  if (!canCast(from, node.type)) return typing.refuse(node, "expression.cast", `${from} cannot become ${node.type}.`);
  return node.type;
}

function checkTyped(node: Node<"typed">, typing: Typing): ExpressionType {
  const fault = literalFault(node.type, node.value);
  return fault === undefined ? node.type : typing.refuse(node, "expression.literal", fault);
}

function checkParameter(node: Node<"parameter">, typing: Typing): ExpressionType {
  const { parameters } = typing.scope;
  const type = parameters.get(node.name);
  if (type !== undefined) return type;
  const hint = didYouMean(node.name, parameters.keys());
  return typing.refuse(node, "expression.unknown_parameter", `The pipeline has no parameter ${node.name}.${hint}`);
}

function checkNegate(node: Node<"negate">, typing: Typing): ExpressionType {
  const type = typing.type(node.operand);
  if (type === "interval") return type;
  return typing.number(node.operand, "-") ? type : "unknown";
}

function checkLike(node: Node<"like">, typing: Typing): ExpressionType {
  typing.expect(node.operand, "text", "a text");
  typing.expect(node.pattern, "text", "a pattern such as 'A%'");
  return "boolean";
}

const CHECKS: Checks = {
  column: checkColumn,
  parameter: checkParameter,
  text: () => "text",
  number: (node) => numberType(node.digits),
  boolean: () => "boolean",
  null: () => "null",
  typed: checkTyped,
  negate: checkNegate,
  not: (node, typing) => {
    condition(node.operand, typing);
    return "boolean";
  },
  binary: checkBinary,
  logical: (node, typing) => {
    for (const operand of node.operands) condition(operand, typing);
    return "boolean";
  },
  isNull: (node, typing) => {
    typing.type(node.operand);
    return "boolean";
  },
  in: (node, typing) => {
    typing.together([node.operand, ...node.values], "The values of in");
    return "boolean";
  },
  between: (node, typing) => {
    typing.together([node.operand, node.low, node.high], "The values of between");
    return "boolean";
  },
  like: checkLike,
  case: checkCase,
  cast: checkCast,
  call: checkCall,
};

const visit = (node: GraphExpression, typing: Typing): ExpressionType =>
  (CHECKS[node.kind] as (node: GraphExpression, typing: Typing) => ExpressionType)(node, typing);

/** Reads and checks an expression against what it may name; never throws. */
export function checkExpression(text: string, scope: ExpressionScope): ExpressionCheck {
  const parsed = parseExpression(text);
  if (parsed.expression === undefined) return { checked: undefined, type: "unknown", faults: [parsed.fault], columns: [] };
  const { expression } = parsed;
  const typing = new Typing(scope, text, visit);
  const type = typing.type(expression);
  if (scope.use !== "row" && typing.aggregates === 0 && !typing.hasFaults) typing.missesAggregate(expression);
  const isRight = !typing.faults.some((fault) => fault.severity === "error");
  const checked: CheckedExpression = {
    expression,
    type,
    typeOf: (node) => typing.type(node),
    columnOf: (node) => typing.columns.get(node),
    functionOf: (node) => typing.functions.get(node),
  };
  return { checked: isRight ? checked : undefined, type: isRight ? type : "unknown", faults: typing.faults, columns: [...new Set(typing.columns.values())] };
}
