import type { SchemaDifference } from "@granary/protocol";

const listed = (value: SchemaDifference["after"]): string => (Array.isArray(value) ? value.join(", ") : String(value ?? ""));
const isNone = (value: SchemaDifference["after"]): boolean => value === null || value === "" || (Array.isArray(value) && value.length === 0);

const WORDS: { readonly [K in SchemaDifference["kind"]]: (column: string, difference: SchemaDifference) => string } = {
  added: (column, { after }) => `${column} is new, of the type ${listed(after)}`,
  dropped: (column) => `${column} is dropped`,
  renamed: (_, { before, after }) => `${listed(before)} is called ${listed(after)}`,
  widened: (column, { before, after }) => `${column} holds ${listed(after)} instead of ${listed(before)}`,
  reordered: (_, { after }) => `The order is ${listed(after)}`,
  described: (column, { after }) => (isNone(after) ? `${column} has no description any more` : `${column} is described as “${listed(after)}”`),
  semanticType: (column, { after }) => (isNone(after) ? `${column} means nothing in particular` : `${column} means ${listed(after).replaceAll("_", " ")}`),
  required: (column, { after }) => (after === true ? `${column} has to have a value` : `${column} may be empty`),
  unique: (column, { after }) => (after === true ? `${column} has to be unique` : `${column} may repeat`),
  allowedValues: (column, { after }) => (isNone(after) ? `${column} may hold any value` : `${column} may hold only ${listed(after)}`),
  keys: (_, { after }) => (isNone(after) ? "Rows are not identified by any column" : `Rows are identified by ${listed(after)}`),
};

/** One change of columns in words. */
export const differenceText = (difference: SchemaDifference): string => WORDS[difference.kind](difference.column ?? "", difference);
