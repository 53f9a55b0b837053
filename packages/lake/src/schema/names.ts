import { problem } from "@granary/protocol";
import { fieldsById, type IcebergField } from "../iceberg/index.ts";

const MAX_NAME_LENGTH = 255;
const SYSTEM_PREFIX = "_granary_";
/** Other engines answer these names themselves and refuse tables that have them. */
const METADATA_COLUMNS = new Set(["_file", "_pos", "_deleted", "_spec_id", "_partition", "_row_id", "_last_updated_sequence_number"]);

/** Why columns cannot be changed as asked; the reason names the column and what to do. */
export const invalid = (reason: string): Error => problem("lake.schema_change_invalid", { reason });

/** Whether a column belongs to the platform and is hidden from people. */
export const isSystemName = (name: string): boolean => name.toLowerCase().startsWith(SYSTEM_PREFIX);

/** Throws `lake.schema_change_invalid` unless a column may get this name. */
export function checkName(name: string, isSystem = false): void {
  if (name.trim() === "") throw invalid("a column has no name; give it one");
  if (name !== name.trim()) throw invalid(`the name "${name}" begins or ends with a blank; remove it`);
  if (name.length > MAX_NAME_LENGTH) throw invalid(`the name ${name.slice(0, 40)}… is longer than ${MAX_NAME_LENGTH} characters; shorten it`);
  if (/[\u0000-\u001f\u007f]/.test(name) || !name.isWellFormed())
    throw invalid(`the name ${JSON.stringify(name)} holds characters that cannot be shown; remove them`);
  if (METADATA_COLUMNS.has(name.toLowerCase())) throw invalid(`${name} is what other engines call a column of their own; choose another name`);
  if (isSystemName(name) !== isSystem)
    throw invalid(isSystem ? `${name} is no name of a system column` : `names that begin with ${SYSTEM_PREFIX} are the platform's own; rename ${name}`);
}

/**
 * Throws `lake.schema_change_invalid` when two fields cannot be told apart: side by side by names that differ in case only,
 * or by paths such as `a.b`, the column of that name and the part b of the column a.
 */
export function checkDistinctNames(fields: readonly IcebergField[]): void {
  const seen = new Map<string, string>();
  for (const field of fieldsById({ type: "struct", fields }).values()) {
    const path = field.path.join(".");
    const same = seen.get(path.toLowerCase());
    if (same !== undefined) throw invalid(`there are two columns named ${path}${same === path ? "" : ` and ${same}, which differ in case only`}; rename one`);
    seen.set(path.toLowerCase(), path);
  }
}
