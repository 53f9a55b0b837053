import { call, cast, column, type EngineSession, type Expression, inQuery, literal, type Query } from "@granary/engine";
import { problem } from "@granary/protocol";
import { findField } from "../../files/index.ts";
import { type IcebergField, type TableMetadata, schemaOf, toSqlType } from "../../iceberg/index.ts";
import type { EraseRequest } from "./types.ts";

/** A table of the session: the erased keys, in the types of the table's columns. */
const ERASED_KEYS = "granary_erased_keys";

const keyName = (fieldId: number): string => `key_${fieldId}`;

/** The keys that are to go; they are in a table of the session. */
export interface ErasedKeys {
  readonly fields: readonly IcebergField[];
  /** As texts, in the order of the fields. */
  readonly values: readonly (readonly string[])[];
}

function keyFields(metadata: TableMetadata, ids: readonly number[] | undefined): readonly IcebergField[] {
  const schema = schemaOf(metadata);
  const wanted = ids ?? schema["identifier-field-ids"] ?? [];
  if (wanted.length === 0) throw problem("lake.keys_missing", { reason: "the dataset has no key columns; name some" });
  return wanted.map((id) => {
    const field = findField({ schema, schemas: metadata.schemas, properties: {} }, id);
    if (field === undefined) throw problem("lake.keys_missing", { reason: `it has no column with the field id ${id}` });
    if (typeof field.type !== "string") throw problem("lake.keys_missing", { reason: `the column ${field.name} is made of parts` });
    return field;
  });
}

const keysQuery = ({ fields }: Pick<ErasedKeys, "fields">): Query => ({
  kind: "select",
  items: fields.map(({ id }) => ({ expression: column(keyName(id)), as: keyName(id) })),
  from: { kind: "table", name: ERASED_KEYS },
});

/** Puts the keys into a table of the session. Throws `lake.keys_missing`, and `lake.null_keys` for keys that identify no row. */
export async function loadKeys(session: EngineSession, metadata: TableMetadata, request: EraseRequest): Promise<ErasedKeys> {
  const fields = keyFields(metadata, request.keys);
  const items = fields.map(({ id, name, type }) => ({ expression: cast(column(name), toSqlType(type) ?? { kind: "text" }), as: keyName(id) }));
  const query: Query = { kind: "select", distinct: true, items, from: { kind: "query", query: request.keysIn.query } };
  await session.run({ kind: "createTable", name: ERASED_KEYS, query });
  const texts = fields.map(({ id }) => ({ expression: cast(column(keyName(id)), { kind: "text" }), as: keyName(id) }));
  const { rows } = await session.run({ kind: "query", query: { kind: "select", items: texts, from: { kind: "table", name: ERASED_KEYS } } });
  const missing = rows.filter((row) => row.some((value) => value === null)).length;
  if (missing > 0) throw problem("lake.null_keys", { count: missing });
  return { fields, values: rows.map((row) => row.map(String)) };
}

/** Whether a row's key is one of the erased ones, given how its key columns are read. */
export function isErased(keys: ErasedKeys, read: (fieldId: number) => Expression): Expression {
  return call(
    "coalesce",
    inQuery(
      keys.fields.map((field) => read(field.id)),
      keysQuery(keys),
    ),
    literal(false),
  );
}
