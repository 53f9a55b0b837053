import { problem } from "@granary/protocol";
import { fieldsById, type FoundField, type IcebergSchema, type IcebergType, parsePrimitive, type Primitive, type TableMetadata } from "../iceberg/index.ts";
import type { StagedChange } from "./staged-change.ts";

const mismatch = (reason: string): Error => problem("lake.columns_mismatch", { reason });

const WIDENED: Readonly<Record<string, string>> = { int: "long", float: "double" };

function isPromotion(from: Primitive, to: Primitive): boolean {
  if (from.kind === "decimal" && to.kind === "decimal") return from.scale === to.scale && from.precision <= to.precision;
  if (from.kind === "fixed" && to.kind === "fixed") return from.length === to.length;
  return from.kind === to.kind || WIDENED[from.kind] === to.kind;
}

/** Whether values written as one type can be read as another: the same, or a promotion the specification knows. */
function isReadableAs(written: IcebergType, now: IcebergType): boolean {
  if (typeof written !== "string" || typeof now !== "string") return typeof written === "object" && typeof now === "object" && written.type === now.type;
  const [from, to] = [parsePrimitive(written), parsePrimitive(now)];
  return from !== undefined && to !== undefined && isPromotion(from, to);
}

const nameOf = (field: FoundField): string => field.path.join(".");

/** A column nobody may leave empty is either always filled by what was written, or it was added since. */
function requireFilled(field: FoundField, written: FoundField | undefined, staged: StagedChange): void {
  if (!field.required || field.isInList || field.isInMap || field.parentId !== undefined) return;
  if (written === undefined) throw mismatch(`the column ${nameOf(field)} was added since the rows were read`);
  if (written.required) return;
  const isEmpty = staged.added.some((file) => file.content === "data" && file.columns.find((column) => column.fieldId === field.id)?.nulls !== 0);
  if (isEmpty) throw mismatch(`the column ${nameOf(field)} may not be empty any more`);
}

/**
 * Between staging and publishing the columns may have changed: dropped, renamed and widened ones are read right by field id,
 * anything else is refused with `lake.columns_mismatch`.
 */
export function requireReadable(staged: StagedChange, current: IcebergSchema): void {
  if (!staged.added.some((file) => file.content === "data")) return;
  const written = fieldsById(staged.schema);
  const now = fieldsById(current);
  for (const field of written.values()) {
    const target = now.get(field.id);
    if (target !== undefined && !isReadableAs(field.type, target.type)) throw mismatch(`the column ${nameOf(field)} changed since the rows were read`);
  }
  for (const field of now.values()) requireFilled(field, written.get(field.id), staged);
}

/** A staged file may have the partition values of any spec the table ever had, but only of those. */
export function requireKnownSpecs(staged: StagedChange, metadata: TableMetadata): void {
  const fields = new Map(metadata["partition-specs"].map((spec) => [spec["spec-id"], spec.fields.length]));
  const isKnown = staged.added.every((file) => fields.get(file.specId) === file.partition.length);
  if (!isKnown) throw mismatch("it is partitioned otherwise than the rows were");
}
