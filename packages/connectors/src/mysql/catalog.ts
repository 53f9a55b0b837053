import { problem } from "@granary/protocol";
import { type MysqlClient } from "./open-client.ts";
import type { CatalogColumn } from "./types.ts";

/** A table or view as the catalogue has it now. */
export interface Relation {
  readonly schema: string;
  readonly name: string;
  readonly kind: "table" | "view";
  readonly columns: readonly CatalogColumn[];
  readonly keys: readonly string[];
  readonly rowEstimate: number | null;
  readonly byteEstimate: number | null;
  readonly comment: string;
  /** Null for views. */
  readonly engine: string | null;
}

interface TableRow {
  readonly name: string;
  readonly kind: string;
  readonly rows: string | number | null;
  readonly bytes: string | number | null;
  readonly comment: string;
  readonly engine: string | null;
}

interface ColumnRow {
  readonly relation: string;
  readonly name: string;
  readonly type: string;
  readonly sourceType: string;
  readonly precision: string | number | null;
  readonly scale: string | number | null;
  readonly nullable: string;
  readonly key: string;
}

const whole = (value: string | number | null): number | null => (value === null ? null : Number(value));

async function readRelations(client: MysqlClient, schema: string, name: string | null): Promise<readonly Relation[]> {
  const values = [schema, name, name];
  const tables = await client.query<TableRow>(
    `select table_name as name, table_type as kind, table_rows as \`rows\`, data_length as bytes, table_comment as comment, engine as engine
      from information_schema.tables where table_schema = ? and (? is null or table_name = ?) and table_type <> 'SEQUENCE' order by 1`,
    values,
  );
  const columns = await client.query<ColumnRow>(
    `select table_name as relation, column_name as name, lower(data_type) as type, column_type as sourceType, numeric_precision as \`precision\`,
      numeric_scale as scale, is_nullable as nullable, column_key as \`key\`
      from information_schema.columns where table_schema = ? and (? is null or table_name = ?) order by table_name, ordinal_position`,
    values,
  );
  const byTable = Map.groupBy(columns, ({ relation }) => relation);
  return tables.map((table): Relation => {
    const own = byTable.get(table.name) ?? [];
    const isView = table.kind !== "BASE TABLE";
    return {
      schema,
      name: table.name,
      kind: isView ? "view" : "table",
      columns: own.map((column) => ({
        name: column.name,
        type: column.type,
        sourceType: column.sourceType,
        precision: whole(column.precision),
        scale: whole(column.scale),
        isNullable: column.nullable === "YES",
      })),
      keys: own.flatMap((column) => (column.key === "PRI" ? column.name : [])),
      rowEstimate: isView ? null : whole(table.rows),
      byteEstimate: isView ? null : whole(table.bytes),
      comment: isView ? "" : table.comment,
      engine: table.engine,
    };
  });
}

/** Everything the user may see in the database, by name. */
export const listRelations = (client: MysqlClient, schema: string): Promise<readonly Relation[]> => readRelations(client, schema, null);

export async function findRelation(client: MysqlClient, schema: string, name: string): Promise<Relation | undefined> {
  return (await readRelations(client, schema, name)).find((relation) => relation.columns.length > 0);
}

/** One table or view. Throws `connection.stream_not_found`. */
export async function getRelation(client: MysqlClient, schema: string, name: string): Promise<Relation> {
  const relation = await findRelation(client, schema, name);
  if (relation === undefined) throw problem("connection.stream_not_found", { stream: `${schema}.${name}` });
  return relation;
}
