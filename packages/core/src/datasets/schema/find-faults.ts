import { and, column, type Expression, inList, isNull, not } from "@granary/engine";
import type { KeyCheck } from "@granary/lake";
import { problem, type SchemaFault } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import type { Readable, ReadableColumn } from "../reading/open-version.ts";
import { presentRow } from "../reading/present-cells.ts";
import { typedValue } from "../reading/typed-value.ts";
import type { SchemaState } from "./schema-state.ts";
import { sqlTypeOf } from "./stored-types.ts";
import type { TargetColumn, TargetSchema } from "./target-schema.ts";

const MAX_EXAMPLES = 5;
const MAX_CHARACTERS = 80;

interface Check {
  readonly ctx: Ctx;
  readonly readable: Readable;
  readonly before: SchemaState;
}

const rowsText = (rows: number): string => (rows === 1 ? "1 row" : `${rows} rows`);
const rowsThat = (rows: number, one: string, several: string): string => `${rowsText(rows)} ${rows === 1 ? one : several}`;

/** The column as its rows are read; putting rules on what one sees masked would check the masked values. */
function readableOf({ readable }: Check, fieldId: number): ReadableColumn {
  const found = readable.columns.find((item) => item.stored.fieldId === fieldId);
  if (found === undefined || found.isMasked) throw problem("access.denied", { permission: "unmasked reading of the column" });
  return found;
}

/** Some of the rows, told by what people know them by: their keys, or the first columns. */
async function examplesOf({ ctx, readable }: Check, filter: Expression, shown: readonly string[]): Promise<string[]> {
  const { plan, table } = readable;
  const { rows } = await ctx.services.lake.rows(table, {
    plan,
    filter,
    columns: shown,
    limit: MAX_EXAMPLES,
    maxCellChars: MAX_CHARACTERS,
    signal: ctx.signal,
  });
  return rows.map((row) =>
    presentRow(row)
      .map((cell, index) => `${shown[index] ?? ""} = ${cell ?? "nothing"}`)
      .join(", "),
  );
}

async function brokenRows(check: Check, filter: Expression, shown: readonly string[]): Promise<{ readonly rows: number; readonly examples: string[] }> {
  const { ctx, readable } = check;
  const rows = await ctx.services.lake.count(readable.table, { plan: readable.plan, filter, signal: ctx.signal });
  return { rows, examples: rows === 0 ? [] : await examplesOf(check, filter, shown) };
}

async function missingValues(check: Check, target: TargetColumn): Promise<readonly SchemaFault[]> {
  const { readable, before } = check;
  const fault = (rows: number, examples: string[]): readonly SchemaFault[] =>
    rows === 0 ? [] : [{ column: target.name, rule: "required", rows, message: rowsThat(rows, "has no value", "have no value"), examples }];
  if (target.fieldId === undefined) return fault(readable.table.rows, []);
  if (before.columns.find((item) => item.fieldId === target.fieldId)?.required === true) return [];
  const { name } = readableOf(check, target.fieldId);
  const known = readable.keys.length > 0 ? readable.keys : readable.columns.slice(0, 3).map((item) => item.name);
  const { rows, examples } = await brokenRows(check, isNull(column(name)), known);
  return fault(rows, examples);
}

async function forbiddenValues(check: Check, target: TargetColumn): Promise<readonly SchemaFault[]> {
  const { fieldId, allowedValues } = target;
  if (fieldId === undefined || allowedValues === undefined) return [];
  const old = check.before.columns.find((item) => item.fieldId === fieldId)?.allowedValues;
  if (old !== undefined && old.every((value) => allowedValues.includes(value))) return [];
  const { name } = readableOf(check, fieldId);
  const type = sqlTypeOf(target.storedType);
  const values = type === undefined ? [] : allowedValues.flatMap((text) => typedValue(type, text) ?? []);
  const { rows, examples } = await brokenRows(check, and(not(isNull(column(name))), not(inList(column(name), values))), [name]);
  if (rows === 0) return [];
  return [
    { column: target.name, rule: "allowedValues", rows, message: rowsThat(rows, "holds another value", "hold other values"), examples: [...new Set(examples)] },
  ];
}

const repeats = ({ examples }: KeyCheck): string[] =>
  examples.slice(0, MAX_EXAMPLES).map(({ key, rows }) => `${key.map((cell) => cell ?? "nothing").join(", ")} (${rowsText(rows)})`);

async function repeatedValues(check: Check, fieldIds: readonly number[], fault: Pick<SchemaFault, "column" | "rule">): Promise<readonly SchemaFault[]> {
  const { ctx, readable } = check;
  for (const fieldId of fieldIds) readableOf(check, fieldId);
  const found = await ctx.services.lake.checkKeys({ rows: readable.table, keys: fieldIds, signal: ctx.signal });
  const { duplicateRows: rows } = found;
  return rows === 0
    ? []
    : [{ ...fault, rows, message: rowsThat(rows, "shares its value with others", "share their value with others"), examples: repeats(found) }];
}

async function uniqueFaults(check: Check, target: TargetSchema): Promise<readonly SchemaFault[]> {
  const faults: SchemaFault[] = [];
  for (const { fieldId, name, unique } of target.columns) {
    const was = check.before.columns.find((item) => item.fieldId === fieldId)?.unique;
    if (fieldId !== undefined && unique === true && was !== true) faults.push(...(await repeatedValues(check, [fieldId], { column: name, rule: "unique" })));
  }
  const keys = target.keys.flatMap((key) => target.columns.find(({ name }) => name === key)?.fieldId ?? []);
  const isNew = keys.length > 0 && (keys.length !== check.before.keys.length || keys.some((key) => !check.before.keys.includes(key)));
  if (isNew && keys.length === target.keys.length) faults.push(...(await repeatedValues(check, keys, { column: target.keys.join(", "), rule: "keys" })));
  return faults;
}

/** The rows of the newest version that break what is newly asked of the columns. Reads the columns in question, all rows of them. */
export async function findFaults(check: Check, target: TargetSchema): Promise<SchemaFault[]> {
  const faults: SchemaFault[] = [];
  for (const item of target.columns) {
    if (item.required === true) faults.push(...(await missingValues(check, item)));
    faults.push(...(await forbiddenValues(check, item)));
  }
  return [...faults, ...(await uniqueFaults(check, target))];
}
