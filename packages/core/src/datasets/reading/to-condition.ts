import {
  and,
  between,
  call,
  cast,
  compare,
  type ComparisonOperator,
  type Expression,
  inList,
  isNull,
  like,
  literal,
  not,
  or,
  regexMatch,
  type SqlType,
} from "@granary/engine";
import type { Issue } from "@granary/kernel";
import { type FilterCondition, type FilterOperator, problem, type RowFilter } from "@granary/protocol";
import { expectedText, typedValue } from "./typed-value.ts";

/** A column as its reader sees it. */
export interface FilterableColumn {
  readonly name: string;
  /** Over the names of the plan; of a masked column the text of what the reader sees. */
  readonly value: Expression;
  readonly sqlType: SqlType;
}

const COMPARISONS: Readonly<Partial<Record<FilterOperator, ComparisonOperator>>> = { eq: "=", ne: "=", lt: "<", le: "<=", gt: ">", ge: ">=" };
const ESCAPE = "!";

const isNested = (type: SqlType): boolean => type.kind === "list" || type.kind === "struct" || type.kind === "map";

function textOf({ value, sqlType }: FilterableColumn): Expression {
  if (sqlType.kind === "text") return value;
  return cast(isNested(sqlType) ? call("to_json", value) : value, { kind: "text" });
}

const literally = (text: string): string => text.replaceAll(/[!%_]/g, (found) => `${ESCAPE}${found}`);

/** With the wildcards where the value may go on. */
const PATTERNS: Readonly<Partial<Record<FilterOperator, (text: string) => string>>> = {
  contains: (text) => `%${literally(text)}%`,
  starts_with: (text) => `${literally(text)}%`,
  ends_with: (text) => `%${literally(text)}`,
};

/** Builds conditions over the names of a plan, gathering what is wrong with them on the way. */
class Translator {
  readonly issues: Issue[] = [];
  readonly #columns: ReadonlyMap<string, FilterableColumn>;
  readonly #path: string;

  constructor(columns: readonly FilterableColumn[], path: string) {
    this.#columns = new Map(columns.map((item) => [item.name, item]));
    this.#path = path;
  }

  /** `isTrue` false asks for the rows that the filter leaves, those without a value among them. */
  translate(filter: RowFilter, path: string, isTrue: boolean): Expression {
    if ("not" in filter) return this.translate(filter.not, `${path}.not`, !isTrue);
    if ("column" in filter) return this.#condition(filter, path, isTrue);
    const [kind, members] = "and" in filter ? (["and", filter.and] as const) : (["or", filter.or] as const);
    const parts = members.map((member, index) => this.translate(member, `${path}.${kind}.${index}`, isTrue));
    return (kind === "and") === isTrue ? and(...parts) : or(...parts);
  }

  #refuse(path: string, message: string): Expression {
    this.issues.push({ path: `${this.#path}${path}`, message });
    return literal(false);
  }

  #condition(condition: FilterCondition, path: string, isTrue: boolean): Expression {
    const found = this.#columns.get(condition.column);
    if (found === undefined) return this.#refuse(`${path}.column`, `there is no column ${condition.column}`);
    const { value } = found;
    const { op } = condition;
    if (op === "is_null" || op === "is_not_null") return (op === "is_null") === isTrue ? isNull(value) : not(isNull(value));
    const compared = this.#compared(condition, found, path);
    return (op !== "ne") === isTrue ? compared : or(not(compared), isNull(value));
  }

  #compared(condition: FilterCondition, found: FilterableColumn, path: string): Expression {
    const { op, value = "", values = [] } = condition;
    const pattern = PATTERNS[op];
    if (pattern !== undefined) return like(textOf(found), literal(pattern(value)), { ignoreCase: true, escape: ESCAPE });
    if (op === "matches") return regexMatch(textOf(found), literal(value), { extent: "part" });
    if (isNested(found.sqlType)) return this.#refuse(`${path}.op`, `the column ${found.name} is nested and cannot be compared by ${op}`);
    const operator = COMPARISONS[op];
    if (operator !== undefined) return compare(found.value, operator, this.#value(found, value, `${path}.value`));
    const constants = values.map((text, index) => this.#value(found, text, `${path}.values.${index}`));
    const [low = literal(null), high = literal(null)] = constants;
    return op === "between" ? between(found.value, low, high) : inList(found.value, constants);
  }

  #value(found: FilterableColumn, text: string, path: string): Expression {
    return (
      typedValue(found.sqlType, text) ??
      this.#refuse(path, `${JSON.stringify(text.slice(0, 100))} is not ${expectedText(found.sqlType)}, which the column ${found.name} holds`)
    );
  }
}

/**
 * A filter as a condition over the names of a plan, computed from one row and true for exactly the rows wanted. Throws
 * `request.invalid` with one issue per faulty part, below `path`.
 */
export function toCondition(filter: RowFilter, columns: readonly FilterableColumn[], path: string): Expression {
  const translator = new Translator(columns, path);
  const condition = translator.translate(filter, "", true);
  if (translator.issues.length > 0) throw problem("request.invalid", {}, { issues: translator.issues });
  return condition;
}

/** The regular expressions of a filter with their places; only the engine can tell whether they are ones. */
export function patternsOf(filter: RowFilter, path: string): readonly { readonly path: string; readonly pattern: string }[] {
  if ("not" in filter) return patternsOf(filter.not, `${path}.not`);
  if ("column" in filter) return filter.op === "matches" ? [{ path: `${path}.value`, pattern: filter.value ?? "" }] : [];
  const [kind, members] = "and" in filter ? (["and", filter.and] as const) : (["or", filter.or] as const);
  return members.flatMap((member, index) => patternsOf(member, `${path}.${kind}.${index}`));
}
