import { problem } from "@granary/protocol";
import type pg from "pg";
import type { StreamAddress } from "../connector.ts";
import { quoteTable } from "./quote.ts";
import type { CatalogColumn } from "./types.ts";

/** A table or view as the catalogue has it now. */
export interface Relation {
  readonly schema: string;
  readonly name: string;
  readonly kind: "table" | "view";
  /** Whether its rows tell by which transaction they were written. */
  readonly keepsTransactions: boolean;
  readonly columns: readonly CatalogColumn[];
  readonly keys: readonly string[];
  readonly rowEstimate: number | null;
  readonly byteEstimate: number | null;
  readonly comment: string;
}

const RELATIONS = `
  select n.nspname as schema, c.relname as name, case when c.relkind in ('r', 'p', 'f') then 'table' else 'view' end as kind,
    c.relkind in ('r', 'p') as "keepsTransactions",
    obj_description(c.oid, 'pg_class') as comment,
    case when c.relkind in ('r', 'p', 'm') and c.reltuples >= 0 then c.reltuples::float8 end as "rowEstimate",
    case when c.relkind in ('r', 'm') then pg_table_size(c.oid)::float8 end as "byteEstimate",
    (select json_agg(json_build_object('name', a.attname, 'type', t.typname, 'kind', t.typtype, 'category', t.typcategory,
        'modifier', case when o.typtype = 'd' then o.typtypmod else a.atttypmod end,
        'sourceType', format_type(a.atttypid, a.atttypmod), 'isNullable', not (a.attnotnull or o.typnotnull)) order by a.attnum)
      from pg_attribute a join pg_type o on o.oid = a.atttypid join pg_type t on t.oid = case when o.typtype = 'd' then o.typbasetype else o.oid end
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and has_column_privilege(c.oid, a.attnum, 'select')) as columns,
    (select json_agg(a.attname order by k.place)
      from pg_index i cross join unnest(i.indkey) with ordinality as k (attnum, place)
      join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum where i.indrelid = c.oid and i.indisprimary) as keys
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
    and has_schema_privilege(n.oid, 'usage') and has_any_column_privilege(c.oid, 'select')`;

interface Row extends Omit<Relation, "columns" | "keys" | "comment"> {
  readonly columns: readonly CatalogColumn[] | null;
  readonly keys: readonly string[] | null;
  readonly comment: string | null;
}

const present = ({ columns, keys, comment, ...rest }: Row): Relation => ({ ...rest, columns: columns ?? [], keys: keys ?? [], comment: comment ?? "" });

/** Everything the user may read, by name; partitions are read through their table. */
export async function listRelations(client: pg.Client, schemas: readonly string[]): Promise<readonly Relation[]> {
  const { rows } = await client.query<Row>(`${RELATIONS} and (cardinality($1::text[]) = 0 or n.nspname = any ($1)) order by 1, 2`, [schemas]);
  return rows.map(present);
}

/** One table or view. Throws `connection.stream_not_found`. */
export async function getRelation(client: pg.Client, stream: Pick<StreamAddress, "namespace" | "name">): Promise<Relation> {
  const schema = stream.namespace ?? "public";
  const { rows } = await client.query<Row>(`${RELATIONS.replace("and not c.relispartition", "")} and n.nspname = $1 and c.relname = $2`, [schema, stream.name]);
  const [row] = rows;
  if (row === undefined || row.columns === null) throw problem("connection.stream_not_found", { stream: `${schema}.${stream.name}` });
  return present(row);
}

export const tableOf = (relation: Relation): string => quoteTable(relation.schema, relation.name);
