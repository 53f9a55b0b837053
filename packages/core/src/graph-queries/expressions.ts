import {
  aggregate,
  arithmetic,
  type ArithmeticOperator,
  between,
  call,
  type CallExpression,
  caseWhen,
  cast,
  column,
  compare,
  type ComparisonOperator,
  type Expression,
  inList,
  interval,
  isNull,
  like,
  literal,
  negate,
  not,
  over,
  type SortKey,
  type SqlType,
  typedLiteral,
  type TypedLiteralType,
  type WindowFrame,
} from "@granary/engine";
import {
  type CallNode,
  type CheckedExpression,
  checkExpression,
  ColumnScope,
  type ExpressionScope,
  type ExpressionType,
  fullForm,
  type FunctionEntry,
  type GraphExpression,
  isList,
  isNumeric,
  type OwnFunction,
  parseInterval,
  type ScopeColumn,
} from "@granary/graph";
import { decimalOf, type GraphType, problem } from "@granary/protocol";
import { castTo } from "./casts.ts";
import { requireSmall } from "./expression-size.ts";
import { asText, engineName, isRetyped, type Operand, SPECIAL_FUNCTIONS } from "./functions.ts";
import { sqlTypeOf, sqlTypeOfExpression } from "./types.ts";

/** How an expression is put into a statement. */
export interface CompileOptions {
  /** How a column is reached; by its name, and its side in a join, unless said. */
  readonly columnOf?: (column: ScopeColumn) => Expression;
  /** Values of parameters by name, as text. */
  readonly parameters: Readonly<Record<string, string | null>>;
  /** Rows that aggregates look at. */
  readonly only?: Expression;
  /** The rows around each one that aggregates and window functions look at. */
  readonly window?: { readonly partitionBy: readonly Expression[]; readonly orderBy: readonly SortKey[]; readonly frame?: WindowFrame };
}

type Kind = GraphExpression["kind"];
type Node<K extends Kind> = Extract<GraphExpression, { readonly kind: K }>;
type Compilers = { readonly [K in Kind]: (node: Node<K>, to: ExpressionCompiler) => Expression };

const byName = ({ name, side }: ScopeColumn): Expression => column(name, side);
const BIGINT = sqlTypeOf("integer");
const MAX_DECIMAL64 = 18;

/** A value written as text, of a type. */
export function valueOf(text: string, type: GraphType): Expression {
  const sql = sqlTypeOf(type);
  if (type === "date" || type === "timestamp" || type === "timestamptz" || type === "time") {
    return typedLiteral({ kind: type } as TypedLiteralType, fullForm(type, text));
  }
  return type === "text" || type === "json" ? literal(text) : cast(literal(text), sql);
}

function compileNumber({ digits }: Node<"number">, type: ExpressionType): Expression {
  if (type === "integer") return literal(Number.isSafeInteger(Number(digits)) ? Number(digits) : BigInt(digits));
  if (type === "number") return cast(literal(Number(digits)), sqlTypeOf("number"));
  const [whole = "", places = ""] = digits.split(".");
  return typedLiteral(sqlTypeOf(type as GraphType) as TypedLiteralType, `${whole === "" ? "0" : whole}${places === "" ? "" : `.${places}`}`);
}

function compileTyped(node: Node<"typed">): Expression {
  if (node.type !== "interval") return valueOf(node.value, node.type);
  const span = parseInterval(node.value);
  return interval(span ?? {});
}

const isWritten = (node: GraphExpression): boolean => node.kind === "number" || (node.kind === "negate" && node.operand.kind === "number");

/** Both sides of an operation whose result does not fit the engine's own choice of a type. */
function widened(node: Node<"binary">, to: ExpressionCompiler): Expression {
  const left = to.value(node.left);
  const type = to.typeOf(node);
  const [from, wide] = [to.typeOf(node.left), decimalOf(type)];
  if (type === "integer" && isWritten(node.left) && isWritten(node.right)) return cast(left, BIGINT);
  const exact = decimalOf(from);
  if (wide === undefined || wide.precision <= MAX_DECIMAL64 || exact === undefined || exact.precision > MAX_DECIMAL64) return left;
  return cast(left, { kind: "decimal", precision: MAX_DECIMAL64 + 1, scale: exact.scale });
}

function compileArithmetic(node: Node<"binary">, to: ExpressionCompiler): Expression {
  const operator = node.operator as ArithmeticOperator;
  const [a, b] = [to.typeOf(node.left), to.typeOf(node.right)];
  const left = widened(node, to);
  const right = to.value(node.right);
  if (a === "date" && b === "integer") return arithmetic(left, operator, cast(right, { kind: "integer" }));
  if (operator !== "//" || to.typeOf(node) === "integer") return arithmetic(left, operator, right);
  return call("trunc", arithmetic(left, "/", right));
}

const COMPARISONS: ReadonlySet<string> = new Set<ComparisonOperator>(["=", "<>", "<", "<=", ">", ">=", "is distinct from", "is not distinct from"]);

function compileBinary(node: Node<"binary">, to: ExpressionCompiler): Expression {
  if (COMPARISONS.has(node.operator)) return compare(to.value(node.left), node.operator as ComparisonOperator, to.value(node.right));
  if (node.operator === "||") return call("concat_or_null", asText(to.operand(node.left)), asText(to.operand(node.right)));
  return compileArithmetic(node, to);
}

function compileCase(node: Node<"case">, to: ExpressionCompiler): Expression {
  const subject = node.operand === undefined ? undefined : to.value(node.operand);
  const branches = node.branches.map(({ when, then }) => ({
    when: subject === undefined ? to.value(when) : compare(subject, "=", to.value(when)),
    then: to.wide(then),
  }));
  return caseWhen(branches, node.otherwise === undefined ? literal(null) : to.wide(node.otherwise));
}

const orNot = (isNegated: boolean, expression: Expression): Expression => (isNegated ? not(expression) : expression);

const COMPILERS: Compilers = {
  column: (node, to) => to.column(node),
  parameter: (node, to) => to.parameter(node.name, to.typeOf(node)),
  text: (node, to) => {
    const type = to.typeOf(node);
    return type === "text" || type === "json" ? literal(node.value) : valueOf(node.value, type as GraphType);
  },
  number: (node, to) => compileNumber(node, to.typeOf(node)),
  boolean: (node) => literal(node.value),
  null: () => literal(null),
  typed: compileTyped,
  negate: (node, to) => negate(to.value(node.operand)),
  not: (node, to) => not(to.value(node.operand)),
  binary: compileBinary,
  logical: (node, to) => ({ kind: "logical", operator: node.operator, operands: node.operands.map((operand) => to.value(operand)) }),
  isNull: (node, to) => orNot(node.isNegated, isNull(to.value(node.operand))),
  in: (node, to) =>
    orNot(
      node.isNegated,
      inList(
        to.value(node.operand),
        node.values.map((value) => to.value(value)),
      ),
    ),
  between: (node, to) => orNot(node.isNegated, between(to.value(node.operand), to.value(node.low), to.value(node.high))),
  like: (node, to) =>
    orNot(
      node.isNegated,
      like(to.value(node.operand), to.value(node.pattern), { ignoreCase: node.ignoreCase, ...(node.escape === undefined ? {} : { escape: node.escape }) }),
    ),
  case: compileCase,
  cast: (node, to) => castTo({ value: to.value(node.operand), from: to.typeOf(node.operand), to: node.type, onFault: node.onFault }),
  call: (node, to) => to.call(node),
};

const NULLS: Readonly<Partial<Record<string, SqlType>>> = {
  text: sqlTypeOf("text"),
  json: sqlTypeOf("text"),
  integer: BIGINT,
  number: sqlTypeOf("number"),
  boolean: sqlTypeOf("boolean"),
  binary: sqlTypeOf("binary"),
  date: sqlTypeOf("date"),
  timestamp: sqlTypeOf("timestamp"),
  timestamptz: sqlTypeOf("timestamptz"),
  moment: sqlTypeOf("timestamp"),
};

/** The engine chooses among functions of one name by the type of what they are given, which null by itself has not. */
function nullFor(parameter: string | undefined): Expression {
  const type = NULLS[parameter ?? ""];
  return type === undefined ? literal(null) : cast(literal(null), type);
}

/** A share stands in the statement as a number, which an exact decimal is not. */
const shareOf = (node: GraphExpression): Expression => literal(node.kind === "number" ? Number(node.digits) : null);

/** Makes the engine's expressions of ours. */
class ExpressionCompiler {
  readonly #checked: CheckedExpression;
  readonly #scope: ExpressionScope;
  readonly #options: CompileOptions;

  constructor(checked: CheckedExpression, scope: ExpressionScope, options: CompileOptions) {
    this.#checked = checked;
    this.#scope = scope;
    this.#options = options;
  }

  typeOf(node: GraphExpression): ExpressionType {
    return this.#checked.typeOf(node);
  }

  value(node: GraphExpression): Expression {
    return (COMPILERS[node.kind] as (node: GraphExpression, to: ExpressionCompiler) => Expression)(node, this);
  }

  operand(node: GraphExpression): Operand {
    return { value: this.value(node), type: this.typeOf(node) };
  }

  /** A whole number written down has 32 bits to the engine, which what is computed of it may not fit. */
  wide(node: GraphExpression): Expression {
    const value = this.value(node);
    return isWritten(node) && this.typeOf(node) === "integer" ? cast(value, BIGINT) : value;
  }

  column(node: GraphExpression): Expression {
    const found = this.#checked.columnOf(node);
    if (found === undefined) throw new Error("a column of a checked expression is not known");
    return (this.#options.columnOf ?? byName)(found);
  }

  parameter(name: string, type: ExpressionType): Expression {
    const value = this.#options.parameters[name] ?? null;
    return value === null ? cast(literal(null), sqlTypeOf(type as GraphType)) : valueOf(value, type as GraphType);
  }

  call(node: CallNode): Expression {
    const found = this.#checked.functionOf(node);
    if (found === undefined) throw new Error("a function of a checked expression is not known");
    if ("language" in found) return this.#own(found, node);
    if (found.kind !== "scalar") return this.#aggregate(found, node);
    const isSame = found.parameters.some((parameter) => parameter.type === "T");
    const operands = node.operands.map((operand, index): Operand => {
      const type = this.typeOf(operand);
      if (type === "null") return { value: nullFor(found.parameters[index]?.type), type };
      return { value: isSame ? this.wide(operand) : this.value(operand), type };
    });
    const special = SPECIAL_FUNCTIONS[found.name];
    const name = engineName(found.name);
    if (special === undefined && name === undefined) throw new Error(`${found.name} is a function the engine does not have`);
    const made = special === undefined ? call(name as NonNullable<typeof name>, ...operands.map((operand) => operand.value)) : special(...operands);
    return this.#retyped(found.name, made, node);
  }

  #retyped(name: string, made: Expression, node: CallNode): Expression {
    const type = isRetyped(name) ? sqlTypeOfExpression(this.typeOf(node)) : undefined;
    return type === undefined ? made : cast(made, type);
  }

  #aggregate({ name, parameters }: FunctionEntry, node: CallNode): Expression {
    const engine = engineName(node.isStar ? "count_rows" : name);
    if (engine === undefined) throw new Error(`${name} is an aggregate the engine does not have`);
    const { only, window } = this.#options;
    const conditions = [only, node.filter === undefined ? undefined : this.value(node.filter)].filter((each) => each !== undefined);
    const orderBy = node.orderBy.map((key) => ({ expression: this.value(key.expression), direction: key.direction, nulls: key.nulls }));
    const made: CallExpression = aggregate(
      engine,
      node.operands.map((operand, index) => (parameters[index]?.type === "share" ? shareOf(operand) : this.value(operand))),
      {
        ...(node.isDistinct ? { distinct: true } : {}),
        ...(orderBy.length === 0 ? {} : { orderBy }),
        ...(conditions.length === 0
          ? {}
          : { filter: conditions.length === 1 ? (conditions[0] as Expression) : { kind: "logical", operator: "and", operands: conditions } }),
      },
    );
    return this.#retyped(name, window === undefined ? made : over(made, window), node);
  }

  /** The function's body with the arguments in the place of their names. */
  #own(own: OwnFunction, node: CallNode): Expression {
    const operands = new Map(
      node.operands.map((operand, index) => {
        const { name = "", type = "text" } = own.arguments[index] ?? {};
        const from = this.typeOf(operand);
        const value = this.wide(operand);
        return [name.toLowerCase(), from === type ? value : castTo({ value, from, to: type as GraphType, onFault: "fail" })] as const;
      }),
    );
    const columns = new ColumnScope(own.arguments.map(({ name, type }) => ({ name, type: type as GraphType })));
    const functions = new Map([...this.#scope.functions].filter(([name]) => name !== own.name));
    const scope: ExpressionScope = { columns, parameters: new Map(), functions, use: "row" };
    const { checked } = checkExpression(own.body, scope);
    if (checked === undefined) throw problem("transformation.invalid", { reason: `${own.name} has faults` });
    const columnOf = ({ name }: ScopeColumn): Expression => operands.get(name.toLowerCase()) ?? literal(null);
    return outputOf(checked, own.returns as GraphType, new ExpressionCompiler(checked, scope, { columnOf, parameters: {} }));
  }
}

const NEEDS_NO_CAST = new Set<Expression["kind"]>(["column", "cast", "typedLiteral"]);
const isPlain = (type: ExpressionType): boolean => type === "text" || type === "boolean" || type === "json";

function outputOf(checked: CheckedExpression, type: GraphType, compiler: ExpressionCompiler): Expression {
  const value = compiler.value(checked.expression);
  if (checked.type !== type) return castTo({ value, from: checked.type, to: type, onFault: "fail" });
  const isSure = NEEDS_NO_CAST.has(value.kind) || isPlain(type) || (!isNumeric(type) && !isList(checked.type) && value.kind !== "case");
  return isSure ? value : cast(value, sqlTypeOf(type));
}

function check(text: string, scope: ExpressionScope): CheckedExpression {
  const { checked, faults } = checkExpression(text, scope);
  if (checked !== undefined) return checked;
  throw problem("pipeline.invalid", {}, { issues: faults.map(({ message }) => ({ path: text.slice(0, 100), message })) });
}

/** The value of a column: an expression, always of the given type. Throws `pipeline.invalid` for one with faults. */
export function compileValue(text: string, type: GraphType, scope: ExpressionScope, options: CompileOptions): Expression {
  const checked = check(text, scope);
  return requireSmall(outputOf(checked, type, new ExpressionCompiler(checked, scope, options)), text);
}

/** An expression of its own type, with that type. */
export function compileOperand(text: string, scope: ExpressionScope, options: CompileOptions): Operand {
  const checked = check(text, scope);
  return { value: requireSmall(new ExpressionCompiler(checked, scope, options).value(checked.expression), text), type: checked.type };
}

/** A condition on rows; null counts as not true. */
export function compileCondition(text: string, scope: ExpressionScope, options: CompileOptions): Expression {
  return compileOperand(text, scope, options).value;
}
