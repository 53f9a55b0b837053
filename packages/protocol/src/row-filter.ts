import { z } from "zod";

/** What a condition compares: with one value, with two, with any number of them, or with none. */
export const FILTER_OPERATORS = {
  eq: "one",
  ne: "one",
  lt: "one",
  le: "one",
  gt: "one",
  ge: "one",
  in: "many",
  between: "two",
  contains: "one",
  starts_with: "one",
  ends_with: "one",
  matches: "one",
  is_null: "none",
  is_not_null: "none",
} as const satisfies Record<string, "one" | "two" | "many" | "none">;

export type FilterOperator = keyof typeof FILTER_OPERATORS;

/** The operators as people read them, between a column and what it is compared with. */
export const FILTER_WORDS: Readonly<Record<FilterOperator, string>> = {
  eq: "is",
  ne: "is not",
  lt: "is less than",
  le: "is at most",
  gt: "is more than",
  ge: "is at least",
  in: "is one of",
  between: "is between",
  contains: "contains",
  starts_with: "starts with",
  ends_with: "ends with",
  matches: "matches",
  is_null: "is missing",
  is_not_null: "is there",
};

/**
 * A condition on one column. Values are texts, read as the column's type: `2026-01-31`, `10.50`, `true`.
 * `contains`, `starts_with` and `ends_with` look at the value's text without regard to case; `matches` is a regular expression
 * (RE2) that matches some part of it.
 */
export interface FilterCondition {
  readonly column: string;
  readonly op: FilterOperator;
  /** For the operators that compare with one value. */
  readonly value?: string;
  /** For `in`, and for `between`: the lower end, then the upper one; both belong to it. */
  readonly values?: readonly string[];
}

/**
 * Which rows are wanted. A condition is never true of a missing value, except `is_null`, `ne` and what `not` turns round:
 * `not` takes exactly the rows that its condition leaves.
 */
export type RowFilter = FilterCondition | { readonly and: readonly RowFilter[] } | { readonly or: readonly RowFilter[] } | { readonly not: RowFilter };

export const MAX_FILTER_DEPTH = 8;
const MAX_FILTER_CONDITIONS = 200;
const MAX_FILTER_VALUES = 1_000;
const MAX_VALUE = 4_000;

interface FilterIssue {
  readonly path: (string | number)[];
  readonly message: string;
}

type Path = readonly (string | number)[];

class FilterReader {
  readonly issues: FilterIssue[] = [];
  #conditions = 0;

  read(input: unknown, path: Path, depth: number): RowFilter | undefined {
    if (depth > MAX_FILTER_DEPTH) return this.#refuse(path, `is nested more than ${MAX_FILTER_DEPTH} deep`);
    if (typeof input !== "object" || input === null || Array.isArray(input))
      return this.#refuse(path, "must be an object with `column` and `op`, or one of `and`, `or`, `not`");
    const parts = input as Readonly<Record<string, unknown>>;
    for (const kind of ["and", "or"] as const) if (kind in parts) return this.#group(kind, parts, path, depth);
    if ("not" in parts) return this.#negation(parts, path, depth);
    return this.#condition(parts, path);
  }

  #refuse(path: Path, message: string): undefined {
    this.issues.push({ path: [...path], message });
    return undefined;
  }

  #isOnly(parts: Readonly<Record<string, unknown>>, known: readonly string[], path: Path): boolean {
    const strange = Object.keys(parts).filter((name) => !known.includes(name));
    for (const name of strange) this.#refuse([...path, name], "is not known here");
    return strange.length === 0;
  }

  #group(kind: "and" | "or", parts: Readonly<Record<string, unknown>>, path: Path, depth: number): RowFilter | undefined {
    const members = parts[kind];
    if (!this.#isOnly(parts, [kind], path)) return undefined;
    if (!Array.isArray(members)) return this.#refuse([...path, kind], "must be a list of conditions");
    if (members.length > MAX_FILTER_CONDITIONS) return this.#refuse([...path, kind], `has more than ${MAX_FILTER_CONDITIONS} conditions`);
    const read = members.map((member, index) => this.read(member, [...path, kind, index], depth + 1));
    const found = read.filter((member) => member !== undefined);
    return kind === "and" ? { and: found } : { or: found };
  }

  #negation(parts: Readonly<Record<string, unknown>>, path: Path, depth: number): RowFilter | undefined {
    if (!this.#isOnly(parts, ["not"], path)) return undefined;
    const member = this.read(parts["not"], [...path, "not"], depth + 1);
    return member === undefined ? undefined : { not: member };
  }

  #condition(parts: Readonly<Record<string, unknown>>, path: Path): FilterCondition | undefined {
    const { column, op } = parts;
    this.#conditions += 1;
    if (this.#conditions > MAX_FILTER_CONDITIONS) return this.#refuse(path, `is one condition more than the ${MAX_FILTER_CONDITIONS} a filter may have`);
    if (typeof column !== "string") return this.#refuse([...path, "column"], "must be the name of a column");
    if (typeof op !== "string" || !Object.hasOwn(FILTER_OPERATORS, op))
      return this.#refuse([...path, "op"], `must be one of ${Object.keys(FILTER_OPERATORS).join(", ")}`);
    const operator = op as FilterOperator;
    const field = FILTER_OPERATORS[operator] === "one" ? "value" : "values";
    const takesNone = FILTER_OPERATORS[operator] === "none";
    if (!this.#isOnly(parts, takesNone ? ["column", "op"] : ["column", "op", field], path)) return undefined;
    if (takesNone) return { column, op: operator };
    if (field === "value") return this.#isValue(parts["value"], [...path, "value"]) ? { column, op: operator, value: parts["value"] as string } : undefined;
    const values = this.#values(parts["values"], operator, [...path, "values"]);
    return values === undefined ? undefined : { column, op: operator, values };
  }

  #isValue(value: unknown, path: Path): boolean {
    if (typeof value !== "string") this.#refuse(path, "must be a text, whatever the column's type");
    else if (value.length > MAX_VALUE) this.#refuse(path, `is longer than ${MAX_VALUE} characters`);
    else return true;
    return false;
  }

  #values(values: unknown, operator: FilterOperator, path: Path): readonly string[] | undefined {
    if (!Array.isArray(values)) return this.#refuse(path, "must be a list of texts");
    if (operator === "between" && values.length !== 2) return this.#refuse(path, "must be the lower and the upper end");
    if (values.length > MAX_FILTER_VALUES) return this.#refuse(path, `has more than ${MAX_FILTER_VALUES} values`);
    const bad = values.filter((value, index) => !this.#isValue(value, [...path, index]));
    return bad.length > 0 ? undefined : (values as readonly string[]);
  }
}

function readFilter(input: unknown, context: z.RefinementCtx): RowFilter {
  const reader = new FilterReader();
  const filter = reader.read(input, [], 1);
  for (const { path, message } of reader.issues) context.addIssue({ code: "custom", path, message, input });
  return reader.issues.length > 0 || filter === undefined ? z.NEVER : filter;
}

/** A filter in a JSON body. */
export const rowFilter = z.unknown().transform(readFilter).meta({ description: "Which rows: a condition on a column, or `and`, `or`, `not` of such." });

const MAX_TEXT = 12_000;

/** A filter in an address: its JSON. */
export const rowFilterText = z
  .string()
  .max(MAX_TEXT)
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: "custom", message: "must be JSON", input: text });
      return z.NEVER;
    }
  })
  .transform(readFilter)
  .meta({ description: 'Which rows, as JSON: `{"column":"price","op":"gt","value":"10"}`, or `and`, `or`, `not` of such conditions.' });
