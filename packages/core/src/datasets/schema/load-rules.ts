import type { LoadRules } from "@granary/lake";
import { typedValue } from "../reading/typed-value.ts";
import type { SchemaState } from "./schema-state.ts";
import { sqlTypeOf } from "./stored-types.ts";

/** What every load has to keep to besides required columns, which the table itself tells. */
export function loadRules({ columns, keys }: SchemaState): LoadRules {
  const unique = columns.flatMap(({ fieldId, unique: isUnique }) => (isUnique === true ? [[fieldId]] : []));
  const allowed = columns.flatMap(({ fieldId, storedType, allowedValues }) => {
    const type = sqlTypeOf(storedType);
    if (allowedValues === undefined || type === undefined) return [];
    return [{ fieldId, values: allowedValues.flatMap((text) => typedValue(type, text) ?? []) }];
  });
  return { unique: keys.length === 0 ? unique : [keys, ...unique], allowed };
}

/** Whether rows that come must be compared with those that are there, so that nobody else may publish meanwhile. */
export const looksAtTable = ({ unique = [] }: LoadRules): boolean => unique.length > 0;
