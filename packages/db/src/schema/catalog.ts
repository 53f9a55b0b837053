import type pg from "pg";

/** A statement of the dump and what it belongs to: a qualified table name, or "" for the whole database. */
export interface CatalogStatement {
  readonly owner: string;
  readonly text: string;
}

/** Objects of extensions and of PostgreSQL itself are not ours to dump. */
const OURS = (oid: string, schema: string): string => `
  ${schema}.nspname !~ '^pg_' and ${schema}.nspname <> 'information_schema'
  and not exists (select from pg_depend d where d.objid = ${oid} and d.deptype = 'e')`;

const NAME = (schema: string, name: string): string => `quote_ident(${schema}.nspname) || '.' || quote_ident(${name})`;

const GRANTEE = "case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end";

/** One query per kind of object, in the order of the dump. Each yields `owner` and `text`, and sorts by name. */
export const DATABASE_QUERIES: readonly string[] = [
  `select '' as owner, 'create extension ' || quote_ident(extname) || ';' as text from pg_extension where extname <> 'plpgsql' order by extname`,

  `select '' as owner, 'create schema ' || quote_ident(n.nspname) || ';' as text from pg_namespace n
   where n.nspname <> 'public' and ${OURS("n.oid", "n")} order by n.nspname`,

  `select '' as owner, 'create type ' || ${NAME("n", "t.typname")} || ' as enum ('
     || (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid) || ');' as text
   from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.typtype = 'e' and ${OURS("t.oid", "n")} order by n.nspname, t.typname`,

  `select '' as owner, 'create domain ' || ${NAME("n", "t.typname")} || ' as ' || format_type(t.typbasetype, t.typtypmod)
     || coalesce((select string_agg(' ' || pg_get_constraintdef(c.oid), '' order by c.conname) from pg_constraint c where c.contypid = t.oid), '') || ';' as text
   from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.typtype = 'd' and ${OURS("t.oid", "n")} order by n.nspname, t.typname`,

  `select '' as owner, 'create sequence ' || ${NAME("n", "c.relname")} || ' as ' || format_type(s.seqtypid, null) || ' start ' || s.seqstart || ' increment ' || s.seqincrement || ';' as text
   from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_sequence s on s.seqrelid = c.oid
   where ${OURS("c.oid", "n")} and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'i') order by n.nspname, c.relname`,

  `select '' as owner, trim(trailing E'\\n ' from pg_get_functiondef(p.oid)) || ';' as text
   from pg_proc p join pg_namespace n on n.oid = p.pronamespace
   where p.prokind in ('f', 'p') and ${OURS("p.oid", "n")} order by n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)`,

  `select '' as owner, 'create ' || case c.relkind when 'm' then 'materialized view ' else 'view ' end || ${NAME("n", "c.relname")} || ' as' || E'\\n' || pg_get_viewdef(c.oid) as text
   from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('v', 'm') and ${OURS("c.oid", "n")} order by n.nspname, c.relname`,

  `select '' as owner, 'grant ' || lower(string_agg(a.privilege_type, ', ' order by a.privilege_type)) || ' on schema ' || quote_ident(n.nspname) || ' to ' || ${GRANTEE} || ';' as text
   from pg_namespace n, aclexplode(n.nspacl) a where ${OURS("n.oid", "n")} and a.grantee <> n.nspowner and a.grantee <> 0
   group by n.nspname, a.grantee order by n.nspname, 2`,

  `select '' as owner, 'grant ' || lower(a.privilege_type) || ' on ' || case p.prokind when 'p' then 'procedure ' else 'function ' end
     || p.oid::regprocedure || ' to ' || ${GRANTEE} || ';' as text
   from pg_proc p join pg_namespace n on n.oid = p.pronamespace, aclexplode(p.proacl) a where ${OURS("p.oid", "n")} and a.grantee <> p.proowner order by 2`,

  `select '' as owner, 'alter default privileges' || coalesce(' in schema ' || quote_ident(n.nspname), '') || ' grant '
     || lower(string_agg(a.privilege_type, ', ' order by a.privilege_type)) || ' on '
     || case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' else 'schemas' end || ' to ' || ${GRANTEE} || ';' as text
   from pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace, aclexplode(d.defaclacl) a where a.grantee <> d.defaclrole
   group by n.nspname, d.defaclobjtype, a.grantee order by 2`,
];

const TABLES = `from pg_class c join pg_namespace n on n.oid = c.relnamespace`;
const IS_TABLE = `c.relkind in ('r', 'p') and ${OURS("c.oid", "n")}`;
const TABLE = NAME("n", "c.relname");

const COLUMN = `'  ' || quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
  || case when a.attcollation <> t.typcollation then ' collate ' || a.attcollation::regcollation else '' end
  || case when a.attgenerated = 's' then ' generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ') stored'
          when a.attgenerated = 'v' then ' generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ')'
          when d.adbin is not null then ' default ' || pg_get_expr(d.adbin, d.adrelid) else '' end
  || case a.attidentity when 'a' then ' generated always as identity' when 'd' then ' generated by default as identity' else '' end
  || case when a.attnotnull then ' not null' else '' end`;

/** The same for what belongs to a table, in the order it is printed under it. */
export const TABLE_QUERIES: readonly string[] = [
  `select ${TABLE} as owner, 'create table ' || ${TABLE} || ' (' || E'\\n' || concat_ws(E',\\n',
       (select string_agg(${COLUMN}, E',\\n' order by a.attnum)
        from pg_attribute a join pg_type t on t.oid = a.atttypid left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
       (select string_agg('  constraint ' || quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid), E',\\n' order by k.contype = 'p' desc, k.conname)
        from pg_constraint k where k.conrelid = c.oid and k.contype <> 'n' and k.conparentid = 0))
     || E'\\n)' || coalesce(' partition by ' || pg_get_partkeydef(c.oid), '')
     || coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '') || ';'
     || coalesce((select E'\\n' || 'alter table ' || i.inhparent::regclass || ' attach partition ' || ${TABLE} || ' ' || pg_get_expr(c.relpartbound, c.oid) || ';'
                  from pg_inherits i where i.inhrelid = c.oid and c.relispartition), '') as text
   ${TABLES} where ${IS_TABLE} order by 1`,

  `select ${TABLE} as owner, pg_get_indexdef(i.indexrelid) || ';' as text ${TABLES} join pg_index i on i.indrelid = c.oid join pg_class x on x.oid = i.indexrelid
   where ${IS_TABLE} and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')) order by 1, x.relname`,

  `select ${TABLE} as owner, pg_get_triggerdef(g.oid) || ';' as text ${TABLES} join pg_trigger g on g.tgrelid = c.oid where not g.tgisinternal and ${IS_TABLE} order by 1, g.tgname`,

  `select ${TABLE} as owner, 'alter table ' || ${TABLE} || case when c.relforcerowsecurity then ' enable row level security, force row level security;' else ' enable row level security;' end as text
   ${TABLES} where c.relrowsecurity and ${IS_TABLE} order by 1`,

  `select ${TABLE} as owner, 'create policy ' || quote_ident(p.polname) || ' on ' || ${TABLE} || case when p.polpermissive then '' else ' as restrictive' end
     || case p.polcmd when 'r' then ' for select' when 'a' then ' for insert' when 'w' then ' for update' when 'd' then ' for delete' else '' end || ' to '
     || (select string_agg(case when r = 0 then 'public' else quote_ident(pg_get_userbyid(r)) end, ', ' order by pg_get_userbyid(r)) from unnest(p.polroles) r)
     || coalesce(' using (' || pg_get_expr(p.polqual, p.polrelid) || ')', '') || coalesce(' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '') || ';' as text
   ${TABLES} join pg_policy p on p.polrelid = c.oid where ${IS_TABLE} order by 1, p.polname`,

  `select ${TABLE} as owner, 'grant ' || lower(string_agg(a.privilege_type, ', ' order by a.privilege_type)) || ' on ' || ${TABLE} || ' to ' || ${GRANTEE} || ';' as text
   ${TABLES}, aclexplode(c.relacl) a where ${IS_TABLE} and a.grantee <> c.relowner group by n.nspname, c.relname, a.grantee order by 1, 2`,

  `select ${TABLE} as owner, 'grant ' || lower(a.privilege_type) || ' (' || string_agg(quote_ident(t.attname), ', ' order by t.attnum) || ') on ' || ${TABLE} || ' to ' || ${GRANTEE} || ';' as text
   ${TABLES} join pg_attribute t on t.attrelid = c.oid, aclexplode(t.attacl) a where ${IS_TABLE} and a.grantee <> c.relowner
   group by n.nspname, c.relname, a.grantee, a.privilege_type order by 1, 2`,
];

export async function readStatements(client: pg.Client, query: string): Promise<readonly CatalogStatement[]> {
  return (await client.query<CatalogStatement>(query)).rows;
}
