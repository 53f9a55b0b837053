import type { SqlType } from "@granary/engine";
import { problem } from "@granary/protocol";
import type { LakeColumn, OpenTable } from "../table/index.ts";
import type { DiffRequest, ProposedRows } from "./types.ts";
import { widerType } from "./wider-type.ts";

/** A column both sides are compared by, found by field id. */
export interface ComparedColumn {
  readonly fieldId: number;
  /** As the change set has it: the newer side's name, in the type both sides fit into. */
  readonly column: LakeColumn;
  readonly type: SqlType;
  /** The type stored rows are read in; another one only where proposed rows have a wider one. */
  readonly scanned: SqlType;
  readonly inFrom: boolean;
  readonly inTo: boolean;
}

export interface Alignment {
  readonly keys: readonly ComparedColumn[];
  readonly values: readonly ComparedColumn[];
}

/** What the queries of one comparison depend on. */
export interface ChangeQueryInput {
  readonly columns: Alignment;
  /** Whether some keys are duplicates or some rows lack one; without any the query is a plain join. */
  readonly hasFaults: boolean;
  /** Whether old rows that are missing among the new ones are changes. */
  readonly missingAreRemoved: boolean;
}

export const isProposal = (side: OpenTable | ProposedRows): side is ProposedRows => "query" in side;

const refuse = (reason: string): never => {
  throw problem("lake.diff_invalid", { reason });
};

function requireDistinct(ids: readonly number[], what: string): void {
  if (new Set(ids).size < ids.length) refuse(`it names a ${what} twice`);
}

/** The key columns a comparison goes by: the ones asked for, or those of the table; none when rows are compared whole. */
function keysOf(request: DiffRequest): readonly number[] {
  const { from, to } = request;
  const declared = (isProposal(to) ? undefined : to.schema["identifier-field-ids"]) ?? from.schema["identifier-field-ids"] ?? [];
  const keys = request.keys ?? declared;
  requireDistinct(keys, "key column");
  return keys;
}

/** Whether a table state has newer columns than another one. */
export const isNewer = (left: OpenTable, right: OpenTable): boolean => left.schema["schema-id"] > right.schema["schema-id"];

type Together = Pick<ComparedColumn, "column" | "type" | "scanned">;

const as = (column: LakeColumn): Together => ({ column, type: column.sqlType, scanned: column.sqlType });

/** A column of both sides. Types only ever widen, so that of two snapshots the newer column holds the values of both. */
function together(request: DiffRequest, from: LakeColumn, to: LakeColumn): Together {
  if (!isProposal(request.to)) return as(isNewer(request.to, request.from) ? to : { ...from, name: to.name });
  const type = widerType(from.sqlType, to.sqlType);
  if (type === undefined) return refuse(`the column ${to.name} is ${from.type} on one side and ${to.type} on the other`);
  const wider = JSON.stringify(type) === JSON.stringify(from.sqlType) ? from : to;
  return { column: { ...wider, name: to.name, sqlType: type }, type, scanned: from.sqlType };
}

function pickValues(ids: readonly number[], request: DiffRequest, keys: readonly number[]): readonly number[] {
  if (request.columns === undefined) return ids.filter((id) => !keys.includes(id));
  requireDistinct(request.columns, "column");
  const unknown = request.columns.find((id) => !ids.includes(id));
  if (unknown !== undefined) refuse(`neither side has the field ${unknown}`);
  return request.columns.filter((id) => !keys.includes(id));
}

/**
 * Which columns of the two sides are compared, and as what. Throws `lake.diff_invalid` for a key column that one side
 * lacks, an unknown column, or types without a common one.
 */
export function alignColumns(request: DiffRequest): Alignment {
  const shown = (columns: readonly LakeColumn[]): readonly LakeColumn[] => columns.filter((item) => !item.isSystem);
  const [fromColumns, toColumns] = [shown(request.from.columns), shown(request.to.columns)];
  const from = new Map(fromColumns.map((item) => [item.fieldId, item]));
  const to = new Map(toColumns.map((item) => [item.fieldId, item]));
  // What a proposal leaves out was not edited: it is no column of the comparison at all.
  const ids = isProposal(request.to) ? [...to.keys()] : [...new Set([...to.keys(), ...from.keys()])];
  const compared = (fieldId: number): ComparedColumn => {
    const [old, fresh] = [from.get(fieldId), to.get(fieldId)];
    const either = fresh ?? old ?? refuse(`neither side has the field ${fieldId}`);
    const found = old === undefined || fresh === undefined ? as(either) : together(request, old, fresh);
    return { fieldId, ...found, inFrom: old !== undefined, inTo: fresh !== undefined };
  };
  const keys = keysOf(request).map(compared);
  const lacking = keys.find((key) => !key.inFrom || !key.inTo);
  if (lacking !== undefined) refuse(`the key column ${lacking.column.name} is missing on one side`);
  const keyIds = keys.map((key) => key.fieldId);
  return { keys, values: pickValues(ids, request, keyIds).map(compared) };
}
