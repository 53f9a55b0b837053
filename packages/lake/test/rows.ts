import { cast, column, type Expression, literal, type Query, type SqlType } from "@granary/engine";
import type { IcebergField, IcebergSchema, OpenTable, Source } from "@granary/lake";
import { holdFiles, liveFiles, scanRelation } from "../src/files/index.ts";
import { toSqlType } from "../src/iceberg/index.ts";
import type { TestLake } from "./lake.ts";

export type Cell = string | number | boolean | null;

export const schemaOf = (fields: readonly IcebergField[], keys: readonly number[] = []): IcebergSchema => ({
  type: "struct",
  "schema-id": 0,
  fields,
  ...(keys.length === 0 ? {} : { "identifier-field-ids": keys }),
});

export const field = (id: number, name: string, type: IcebergField["type"], required = false): IcebergField => ({ id, name, type, required });

/** Rows written down, as a source: columns with the types the engine knows, values as texts that become them. */
export function valuesSource(columns: readonly { readonly name: string; readonly type: SqlType }[], rows: readonly (readonly Cell[])[]): Source {
  const text: SqlType = { kind: "text" };
  const raw: Query = {
    kind: "select",
    items: columns.map(({ name, type }) => ({ expression: type.kind === "text" ? column(name) : cast(column(name), type), as: name })),
    from: {
      kind: "values",
      columns: columns.map(({ name }) => ({ name, type: text })),
      rows: rows.map((row) => row.map((value): Expression => literal(value === null ? null : String(value)))),
    },
  };
  return { query: raw };
}

/** The same, with the names and types of some of a table's columns. */
export function rowsFor(schema: IcebergSchema, names: readonly string[], rows: readonly (readonly Cell[])[]): Source {
  const columns = names.map((name) => {
    const type = toSqlType(schema.fields.find((candidate) => candidate.name === name)?.type ?? "string");
    return { name, type: type ?? { kind: "text" as const } };
  });
  return valuesSource(columns, rows);
}

async function readRows(bed: TestLake, table: OpenTable, fields: readonly IcebergField[], shown: (value: Expression) => Expression) {
  return bed.engine.use({ kind: "read" }, async (session) => {
    const files = liveFiles(table).data;
    await using held = await holdFiles({ fileIo: bed.fileIo, session }, { table, files, fieldIds: fields.map((item) => item.id) });
    const uses = fields.map((item) => ({ fieldId: item.id, name: item.name }));
    const { rows } = await session.run({
      kind: "query",
      query: {
        kind: "select",
        items: fields.map((item) => ({ expression: shown(column(item.name)), as: item.name })),
        from: scanRelation(held, uses, { ordinalAs: "granary_o", positionAs: "granary_p" }),
        orderBy: ["granary_o", "granary_p"].map((name) => ({ expression: column(name), direction: "asc" })),
      },
    });
    return rows;
  });
}

/** All live rows of a table as they are stored, in stored order: values as the engine sends them. */
export async function storedRows(bed: TestLake, table: OpenTable, names?: readonly string[]): Promise<readonly (readonly unknown[])[]> {
  const fields = table.schema.fields.filter((candidate) => names === undefined || names.includes(candidate.name));
  return readRows(bed, table, fields, (value) => value);
}

/** The same as the engine spells the values: JSON, in which they are sent, has no negative zero. */
export async function storedTexts(bed: TestLake, table: OpenTable, names: readonly string[]): Promise<readonly (readonly unknown[])[]> {
  const fields = table.schema.fields.filter((candidate) => names.includes(candidate.name));
  return readRows(bed, table, fields, (value) => cast(value, { kind: "text" }));
}
