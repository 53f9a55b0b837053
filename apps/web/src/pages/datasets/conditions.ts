import { type Column, FILTER_WORDS, type FilterCondition, type FilterOperator, type RowFilter } from "@granary/protocol";

type ColumnType = Column["type"];

const MISSING: readonly FilterOperator[] = ["is_null", "is_not_null"];
const ORDERED: readonly FilterOperator[] = ["eq", "ne", "gt", "ge", "lt", "le", "between", "in", ...MISSING];
const TEXT: readonly FilterOperator[] = ["contains", "eq", "ne", "starts_with", "ends_with", "in", "matches", ...MISSING];

/** What one can ask of a column, the most usual first. */
export function operatorsOf(type: ColumnType): readonly FilterOperator[] {
  if (type === "text") return TEXT;
  return type === "boolean" ? ["eq", ...MISSING] : ORDERED;
}

const TIME_WORDS: Partial<Readonly<Record<FilterOperator, string>>> = { lt: "is before", le: "is at the latest", gt: "is after", ge: "is at the earliest" };

/** An operator in words; of dates one says "before", not "less than". */
export function wordsOf(op: FilterOperator, type: ColumnType | undefined): string {
  return (type === "date" || type === "timestamp" ? TIME_WORDS[op] : undefined) ?? FILTER_WORDS[op];
}

/** How many values an operator compares with. */
export function arityOf(op: FilterOperator): "none" | "one" | "two" | "many" {
  if (op === "is_null" || op === "is_not_null") return "none";
  if (op === "between") return "two";
  return op === "in" ? "many" : "one";
}

/** What an address holds, if it has the shape of a filter. The server checks the rest. */
export function readFilter(value: unknown): RowFilter | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const parts = value as Readonly<Record<string, unknown>>;
  for (const kind of ["and", "or"] as const) {
    const members = parts[kind];
    if (!Array.isArray(members)) continue;
    const read = members.map(readFilter).filter((member) => member !== undefined);
    if (read.length !== members.length) return undefined;
    return kind === "and" ? { and: read } : { or: read };
  }
  if ("not" in parts) {
    const member = readFilter(parts["not"]);
    return member && { not: member };
  }
  return isCondition(parts) ? parts : undefined;
}

function isCondition(parts: object): parts is FilterCondition {
  const { column, op, value, values } = parts as Partial<Record<keyof FilterCondition, unknown>>;
  const isOne = value === undefined || typeof value === "string";
  const areMany = values === undefined || (Array.isArray(values) && values.every((entry) => typeof entry === "string"));
  return typeof column === "string" && typeof op === "string" && op in FILTER_WORDS && isOne && areMany;
}

/** The conditions that must all be true. */
export function partsOf(filter: RowFilter | undefined): readonly RowFilter[] {
  if (filter === undefined) return [];
  return "and" in filter ? filter.and : [filter];
}

export function filterOf(parts: readonly RowFilter[]): RowFilter | undefined {
  return parts.length < 2 ? parts[0] : { and: parts };
}

export const isSimple = (part: RowFilter): part is FilterCondition => "column" in part;

const quoted = (value: string | undefined, type: ColumnType | undefined) => (type === "text" || type === undefined ? `“${value ?? ""}”` : (value ?? ""));

/** A filter as part of a sentence: "price is more than 10". */
export function sentenceOf(part: RowFilter, columns: readonly Column[]): string {
  if ("not" in part) return `not (${sentenceOf(part.not, columns)})`;
  if ("or" in part) return `(${part.or.map((member) => sentenceOf(member, columns)).join(" or ")})`;
  if ("and" in part) return `(${part.and.map((member) => sentenceOf(member, columns)).join(" and ")})`;
  const type = columns.find(({ name }) => name === part.column)?.type;
  const start = `${part.column} ${wordsOf(part.op, type)}`;
  const values = (part.values ?? []).map((value) => quoted(value, type));
  const arity = arityOf(part.op);
  if (arity === "none") return start;
  if (arity === "one") return `${start} ${quoted(part.value, type)}`;
  return `${start} ${values.join(arity === "two" ? " and " : ", ")}`;
}

/** The filter with these conditions on a column instead of those it had; without it when it had just these. */
export function toggled(filter: RowFilter | undefined, column: string, wanted: readonly FilterCondition[]): RowFilter | undefined {
  const parts = partsOf(filter);
  const others = parts.filter((part) => !isSimple(part) || part.column !== column);
  return filterOf(hasAll(filter, wanted) ? others : [...others, ...wanted]);
}

/** Whether these conditions are among those that must all be true. */
export function hasAll(filter: RowFilter | undefined, wanted: readonly FilterCondition[]): boolean {
  const known = partsOf(filter).map((part) => JSON.stringify(part));
  return wanted.length > 0 && wanted.every((condition) => known.includes(JSON.stringify(condition)));
}
