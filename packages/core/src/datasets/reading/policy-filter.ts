import { and, type Expression, literal } from "@granary/engine";
import { isAppError } from "@granary/kernel";
import { type LakeColumn, storedColumn } from "@granary/lake";
import type { FilterCondition, RowFilter } from "@granary/protocol";
import type { FilterDecision, FilterReader } from "../../access/index.ts";
import type { StoredColumn } from "../store.ts";
import { type FilterableColumn, toCondition } from "./to-condition.ts";

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const ATTRIBUTE = "attribute.";

/** A value that a filter asks for and its reader does not have. */
class Missing extends Error {}

function valueOf(name: string, { userId, email, attributes }: FilterReader): string {
  const found = name === "user.id" ? userId : name === "user.email" ? email : name.startsWith(ATTRIBUTE) ? attributes[name.slice(ATTRIBUTE.length)] : undefined;
  if (found === undefined || found === null || found === "") throw new Missing(`{{${name}}} is not known of the reader`);
  return found;
}

const fillIn = (text: string, reader: FilterReader): string => text.replaceAll(PLACEHOLDER, (_, name: string) => valueOf(name.trim(), reader));

function filledCondition(condition: FilterCondition, reader: FilterReader): FilterCondition {
  const { value, values } = condition;
  return {
    ...condition,
    ...(value === undefined ? {} : { value: fillIn(value, reader) }),
    ...(values === undefined ? {} : { values: values.map((item) => fillIn(item, reader)) }),
  };
}

function filled(filter: RowFilter, reader: FilterReader): RowFilter {
  if ("and" in filter) return { and: filter.and.map((part) => filled(part, reader)) };
  if ("or" in filter) return { or: filter.or.map((part) => filled(part, reader)) };
  if ("not" in filter) return { not: filled(filter.not, reader) };
  return filledCondition(filter, reader);
}

/** The columns of a version under the names they have today, which is what policies call them by. */
function filterable(today: readonly StoredColumn[], columns: readonly LakeColumn[]): readonly FilterableColumn[] {
  return today.flatMap(({ name, fieldId }) => {
    const found = columns.find((item) => item.fieldId === fieldId && !item.isSystem);
    return found === undefined ? [] : [{ name, value: storedColumn(fieldId), sqlType: found.sqlType }];
  });
}

/** What a row filter comes to for one reader and version. */
export type AppliedFilter = { readonly condition: Expression } | { readonly fault: string };

/** A row filter as a condition on stored values, or why it cannot be one. */
export function applyFilter({ filter, reader }: FilterDecision, today: readonly StoredColumn[], columns: readonly LakeColumn[]): AppliedFilter {
  try {
    return { condition: toCondition(filled(filter, reader), filterable(today, columns), "filter") };
  } catch (error) {
    if (error instanceof Missing) return { fault: error.message };
    if (isAppError(error, "request.invalid")) return { fault: error.issues.map(({ message }) => message).join("; ") };
    throw error;
  }
}

/** All row filters together: a filter that cannot be applied leaves no row. Undefined when there is none. */
export function policyCondition(filters: readonly FilterDecision[], today: readonly StoredColumn[], columns: readonly LakeColumn[]): Expression | undefined {
  if (filters.length === 0) return undefined;
  const applied = filters.map((filter) => applyFilter(filter, today, columns));
  return and(...applied.map((item) => ("fault" in item ? literal(false) : item.condition)));
}
