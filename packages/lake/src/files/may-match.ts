import { type ComparisonOperator, type Expression } from "@granary/engine";
import { compareBounds, type ContentFile, type IcebergPartitionSpec, type IcebergSchema, parsePrimitive } from "../iceberg/index.ts";
import { type BoundedColumn, type ColumnRange, columnRange, compareTo } from "./column-range.ts";
import { type Constant, constantValue } from "./constant-value.ts";
import { fitsPartition } from "./fits-partition.ts";
import { findStoredFieldId } from "./stored-column.ts";

/** What a condition may be for some row of a file. Never too little: what cannot be told may be anything. */
export interface Outcome {
  readonly mayBeTrue: boolean;
  readonly mayBeFalse: boolean;
  readonly mayBeNull: boolean;
}

type DataFile = ContentFile & { readonly sha256?: string };

/** A condition prepared for many files. */
export type FileCondition = (file: DataFile) => Outcome;

interface Source {
  readonly schema: IcebergSchema;
  readonly specs: readonly IcebergPartitionSpec[];
}

const ANYTHING: Outcome = { mayBeTrue: true, mayBeFalse: true, mayBeNull: true };
const anything: FileCondition = () => ANYTHING;
const only = (value: boolean | null): FileCondition => {
  const outcome: Outcome = { mayBeTrue: value === true, mayBeFalse: value === false, mayBeNull: value === null };
  return () => outcome;
};

const negated = ({ mayBeTrue, mayBeFalse, mayBeNull }: Outcome): Outcome => ({ mayBeTrue: mayBeFalse, mayBeFalse: mayBeTrue, mayBeNull });

const not =
  (condition: FileCondition): FileCondition =>
  (file) =>
    negated(condition(file));

const every =
  (conditions: readonly FileCondition[]): FileCondition =>
  (file) => {
    const outcomes = conditions.map((condition) => condition(file));
    return {
      mayBeTrue: outcomes.every((outcome) => outcome.mayBeTrue),
      mayBeFalse: outcomes.some((outcome) => outcome.mayBeFalse),
      mayBeNull: outcomes.some((outcome) => outcome.mayBeNull),
    };
  };

const some = (conditions: readonly FileCondition[]): FileCondition => not(every(conditions.map(not)));

function columnOf(node: Expression, { schema }: Source): BoundedColumn | undefined {
  const fieldId = node.kind === "column" && node.relation === undefined ? findStoredFieldId(node.name) : undefined;
  const type = schema.fields.find((field) => field.id === fieldId)?.type;
  const primitive = parsePrimitive(type);
  return fieldId === undefined || typeof type !== "string" || primitive === undefined ? undefined : { fieldId, type, primitive };
}

type Order = "=" | "<" | "<=" | ">" | ">=";

/** NaN is greater than everything, and no bound tells of it. */
const ORDERS: Readonly<Record<Order, (low: number | undefined, high: number | undefined, mayBeNan: boolean) => Pick<Outcome, "mayBeTrue" | "mayBeFalse">>> = {
  "=": (low, high, nan) => ({ mayBeTrue: (low ?? -1) <= 0 && (high ?? 1) >= 0, mayBeFalse: !(low === 0 && high === 0) || nan }),
  "<": (low, high, nan) => ({ mayBeTrue: (low ?? -1) < 0, mayBeFalse: (high ?? 1) >= 0 || nan }),
  "<=": (low, high, nan) => ({ mayBeTrue: (low ?? -1) <= 0, mayBeFalse: (high ?? 1) > 0 || nan }),
  ">": (low, high, nan) => ({ mayBeTrue: (high ?? 1) > 0 || nan, mayBeFalse: (low ?? -1) <= 0 }),
  ">=": (low, high, nan) => ({ mayBeTrue: (high ?? 1) >= 0 || nan, mayBeFalse: (low ?? -1) < 0 }),
};

function compareRange(column: BoundedColumn, range: ColumnRange, order: Order, constant: Buffer): Outcome {
  const { mayBeNull } = range;
  if (!range.mayBeValue) return { mayBeTrue: false, mayBeFalse: false, mayBeNull };
  const outcome = ORDERS[order](compareTo(column, range.lower, constant), compareTo(column, range.upper, constant), range.mayBeNan);
  const fits = range.partitions.every((partition) => fitsPartition(column, partition, order, constant));
  return { ...outcome, mayBeTrue: outcome.mayBeTrue && fits, mayBeNull };
}

const FLIPPED: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  "=": "=",
  "<>": "<>",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
  "is distinct from": "is distinct from",
  "is not distinct from": "is not distinct from",
};

const nullCondition =
  (column: BoundedColumn, source: Source): FileCondition =>
  (file) => {
    const range = columnRange(column, file, source.specs);
    return { mayBeTrue: range.mayBeNull, mayBeFalse: range.mayBeValue, mayBeNull: false };
  };

function prepareComparison(column: BoundedColumn, operator: ComparisonOperator, constant: Constant, source: Source): FileCondition {
  if (constant === undefined) return anything;
  if (operator === "is distinct from") return not(prepareComparison(column, "is not distinct from", constant, source));
  if (operator === "<>") return not(prepareComparison(column, "=", constant, source));
  if (operator === "is not distinct from") {
    if (constant === null) return nullCondition(column, source);
    return (file) => {
      const outcome = compareRange(column, columnRange(column, file, source.specs), "=", constant);
      return { mayBeTrue: outcome.mayBeTrue, mayBeFalse: outcome.mayBeFalse || outcome.mayBeNull, mayBeNull: false };
    };
  }
  if (constant === null) return only(null);
  return (file) => compareRange(column, columnRange(column, file, source.specs), operator, constant);
}

function comparison(left: Expression, operator: ComparisonOperator, right: Expression, source: Source): FileCondition {
  const column = columnOf(left, source);
  if (column !== undefined) return prepareComparison(column, operator, constantValue(column.type, column.primitive, right), source);
  const other = columnOf(right, source);
  return other === undefined ? anything : prepareComparison(other, FLIPPED[operator], constantValue(other.type, other.primitive, left), source);
}

/** The first constant that is not below the bound; constants are sorted. */
function firstFrom(column: BoundedColumn, constants: readonly Buffer[], bound: Buffer): number {
  let [from, to] = [0, constants.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (compareBounds(column.type, constants[middle] ?? bound, bound) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Beyond this many, partition values are not asked for each constant. */
const MAX_PARTITION_CHECKS = 100;

function inList(node: Extract<Expression, { kind: "inList" }>, source: Source): FileCondition {
  if (node.values.length === 0) return only(false);
  const column = columnOf(node.operand, source);
  if (column === undefined) return anything;
  const found = node.values.map((value) => constantValue(column.type, column.primitive, value));
  if (found.includes(undefined)) return anything;
  const constants = found.filter((value) => Buffer.isBuffer(value)).toSorted((left, right) => compareBounds(column.type, left, right));
  const hasNull = found.includes(null);
  return (file) => {
    const range = columnRange(column, file, source.specs);
    const from = range.lower === undefined ? 0 : firstFrom(column, constants, range.lower);
    const near = range.mayBeValue ? constants.slice(from, from + MAX_PARTITION_CHECKS) : [];
    const inside = near.filter((constant) => (compareTo(column, range.upper, constant) ?? 0) >= 0);
    const isCut = near.length === MAX_PARTITION_CHECKS && inside.length === near.length;
    const mayBeTrue = isCut || inside.some((constant) => range.partitions.every((partition) => fitsPartition(column, partition, "=", constant)));
    return { mayBeTrue, mayBeFalse: true, mayBeNull: hasNull || range.mayBeNull };
  };
}

const beginsWith = (bytes: Buffer | undefined, prefix: Buffer): boolean => bytes?.subarray(0, prefix.length).equals(prefix) === true;

function startsWith(operand: Expression, prefix: string, isWhole: boolean, source: Source): FileCondition {
  const column = columnOf(operand, source);
  if (column?.primitive.kind !== "string") return anything;
  const bytes = Buffer.from(prefix, "utf8");
  return (file) => {
    const range = columnRange(column, file, source.specs);
    if (!range.mayBeValue) return { mayBeTrue: false, mayBeFalse: false, mayBeNull: range.mayBeNull };
    const reaches = range.upper === undefined || Buffer.compare(range.upper, bytes) >= 0;
    const begins = range.lower === undefined || Buffer.compare(range.lower, bytes) <= 0 || beginsWith(range.lower, bytes);
    const isAll = isWhole && beginsWith(range.lower, bytes) && beginsWith(range.upper, bytes);
    return { mayBeTrue: reaches && begins, mayBeFalse: !isAll, mayBeNull: range.mayBeNull };
  };
}

function like(node: Extract<Expression, { kind: "like" }>, source: Source): FileCondition {
  const { pattern } = node;
  if (node.ignoreCase || node.escape !== undefined || pattern.kind !== "literal" || typeof pattern.value !== "string") return anything;
  const prefix = /^[^%_]*/.exec(pattern.value)?.[0] ?? "";
  return startsWith(node.operand, prefix, pattern.value === `${prefix}%`, source);
}

function call(node: Extract<Expression, { kind: "call" }>, source: Source): FileCondition {
  const [operand, prefix] = node.operands;
  if (node.name !== "starts_with" || operand === undefined || prefix?.kind !== "literal" || typeof prefix.value !== "string") return anything;
  return startsWith(operand, prefix.value, true, source);
}

function boolean(node: Extract<Expression, { kind: "column" }>, source: Source): FileCondition {
  const column = columnOf(node, source);
  return column?.primitive.kind === "boolean" ? prepareComparison(column, "=", Buffer.from([1]), source) : anything;
}

type Preparers = { readonly [K in Expression["kind"]]?: (node: Extract<Expression, { readonly kind: K }>, source: Source) => FileCondition };

/** The kinds of conditions that tell anything about files. */
const PREPARE: Preparers = {
  logical: (node, source) => (node.operator === "and" ? every : some)(node.operands.map((operand) => fileCondition(operand, source))),
  not: (node, source) => not(fileCondition(node.operand, source)),
  comparison: (node, source) => comparison(node.left, node.operator, node.right, source),
  between: (node, source) => every([comparison(node.operand, ">=", node.low, source), comparison(node.operand, "<=", node.high, source)]),
  inList,
  isNull: (node, source) => {
    const column = columnOf(node.operand, source);
    return column === undefined ? anything : nullCondition(column, source);
  },
  like,
  call,
  column: boolean,
  literal: (node) => (typeof node.value === "boolean" || node.value === null ? only(node.value) : anything),
};

/** Prepares a condition over stored columns for asking files whether any of their rows may meet it. */
export function fileCondition(node: Expression, source: Source): FileCondition {
  const prepare = PREPARE[node.kind] as ((node: Expression, source: Source) => FileCondition) | undefined;
  return prepare === undefined ? anything : prepare(node, source);
}
