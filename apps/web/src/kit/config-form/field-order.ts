import type { ConfigSchema, ConfigValues } from "@granary/protocol";
import { isAsked, propertiesOf, requiredOf } from "./config-values.ts";

export interface AskedField {
  readonly name: string;
  readonly schema: ConfigSchema;
  readonly isRequired: boolean;
}

/** A card of the form. The one without an id holds what belongs to no group. */
export interface FieldGroup {
  readonly id: string | undefined;
  readonly title: string | undefined;
  readonly fields: readonly AskedField[];
}

/** The fields that are asked for, as they stand below each other: by their order; those without one last, the required first. */
export function askedFields(schema: ConfigSchema, values: ConfigValues): readonly AskedField[] {
  const required = requiredOf(schema, values);
  return Object.entries(propertiesOf(schema, values))
    .filter(([, field]) => isAsked(field, values))
    .map(([name, field]) => ({ name, schema: field, isRequired: required.has(name) }))
    .toSorted(byPlace);
}

function byPlace(a: AskedField, b: AskedField): number {
  const [first, second] = [a.schema.order ?? Number.POSITIVE_INFINITY, b.schema.order ?? Number.POSITIVE_INFINITY];
  if (first !== second) return first - second;
  if (a.isRequired !== b.isRequired) return a.isRequired ? -1 : 1;
  return a.name.localeCompare(b.name);
}

/** Fields by group, in the groups' order; what names no known group comes first. */
export function groupedFields(schema: ConfigSchema, fields: readonly AskedField[]): readonly FieldGroup[] {
  const groups = schema.groups ?? [];
  const known = new Set(groups.map(({ id }) => id));
  const loose = { id: undefined, title: undefined, fields: fields.filter(({ schema: field }) => field.group === undefined || !known.has(field.group)) };
  const named = groups.map(({ id, title }) => ({ id, title, fields: fields.filter(({ schema: field }) => field.group === id) }));
  return [loose, ...named].filter(({ fields: own }) => own.length > 0);
}

/** Fewer than this are not worth hiding. */
const WORTH_HIDING = 2;

/** What is shown at once, and what waits behind "More settings". */
export function splitFields(fields: readonly AskedField[]): { readonly shown: readonly AskedField[]; readonly more: readonly AskedField[] } {
  const isShown = ({ isRequired, schema }: AskedField) => isRequired || schema.alwaysShow === true || schema.showWhen !== undefined;
  const more = fields.filter((field) => !isShown(field));
  const shown = fields.filter(isShown);
  return shown.length === 0 || more.length < WORTH_HIDING ? { shown: fields, more: [] } : { shown, more };
}

/** A field's name as people read it: its title, or its name in words. */
export function titleOf(name: string, schema: ConfigSchema): string {
  if (schema.title !== undefined) return schema.title;
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, "$1 $2")
    .replaceAll(/[_-]+/g, " ")
    .toLowerCase();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
