import { and, column, compare, type Expression, not, type Relation } from "@granary/engine";
import { type HeldFiles, type LiveDataFile, storedName } from "../files/index.ts";
import type { IcebergField } from "../iceberg/index.ts";
import { liveRows } from "./live-rows.ts";
import { isSameValue } from "./same-value.ts";

export interface Matching {
  readonly held: HeldFiles;
  /** Those of the held files that may hold one of the keys. */
  readonly files: readonly LiveDataFile[];
  readonly keys: readonly IcebergField[];
  /** The columns that may differ: those of the source but for keys and batch. Undefined when it does not matter whether any does. */
  readonly compared: readonly IcebergField[] | undefined;
}

/** Rows of the table joined with those of the source, or of a part of it, by key. */
export function joined(matching: Matching, source: Relation, fields: readonly IcebergField[], files = matching.files): Relation {
  const { held, keys } = matching;
  const fieldIds = [...new Set([...keys, ...fields].map((field) => field.id))];
  const sameKey = keys.map((key) => compare(column(storedName(key.id), "t"), "=", column(storedName(key.id), "s")));
  return {
    kind: "join",
    join: "inner",
    left: { kind: "alias", as: "t", relation: { kind: "query", query: liveRows(held, files, fieldIds) } },
    right: { kind: "alias", as: "s", relation: source },
    on: and(...sameKey),
  };
}

/** Whether a joined pair has the same values in all these columns. */
export const isSame = (fields: readonly IcebergField[]): Expression =>
  and(...fields.map((field) => isSameValue(field, column(storedName(field.id), "t"), column(storedName(field.id), "s"))));

export const differs = (field: IcebergField): Expression => not(isSame([field]));
