import type { DatasetChoice, DatasetSort } from "@granary/protocol";
import { type RawBuilder, sql } from "kysely";
import { listableDatasets, type Reader } from "../../access/index.ts";
import type { Ctx } from "../../context/index.ts";
import type { Term } from "./find-terms.ts";

/** What a page of the catalog is chosen by. */
export interface CatalogQuery extends Omit<DatasetChoice, "tag"> {
  readonly tag?: readonly string[] | undefined;
  readonly trashed: boolean;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Where a page begins. */
export interface Position {
  readonly value: string;
  readonly id: string;
}

type Raw = RawBuilder<unknown>;

/** What is looked for, and with whose eyes. */
export interface Sought {
  readonly terms: readonly Term[];
  readonly readers: readonly Reader[];
  /** True of datasets that have the terms in what the caller may know of them; undefined where that is everything. */
  readonly byVisible: RawBuilder<boolean> | undefined;
}

/** Datasets whose names are ranked before all others, and all that are ranked, in one search: beyond that nobody reads on. */
const MAX_BY_NAME = 1_000;
const MAX_RANKED = 2_000;
/** Where counting stops. */
export const MAX_COUNTED = 2_000;

const and = (conditions: readonly Raw[]): Raw => sql.join([...conditions], sql` and `);

/**
 * Everything but the single choices. The indexes of words cannot be used below row-level security, so that the catalog is
 * searched with the system's handle: the workspace and what the caller may read are conditions here, and of what is found
 * only the ids go on, to be read as the caller.
 */
function among(ctx: Ctx, query: CatalogQuery, { terms, readers, byVisible }: Sought, words: "words" | "name_words"): Raw[] {
  return [
    sql`d.workspace_id = ${ctx.workspaceId}`,
    query.trashed ? sql`d.trashed_at is not null` : sql`d.trashed_at is null`,
    ...terms.map((term) => sql`d.${sql.raw(words)} && ${[...term.words]}::text[]`),
    ...(query.tag === undefined || query.tag.length === 0 ? [] : [sql`d.tags @> ${[...query.tag]}::text[]`]),
    listableDatasets(readers, ctx.workspaceId, query.trashed),
    ...(byVisible === undefined ? [] : [byVisible]),
  ];
}

/** The single choices by the column they are about. */
function choices(ctx: Ctx, query: CatalogQuery): Readonly<Record<"owner_id" | "visibility" | "format" | "frequency", string | undefined>> {
  const { owner, visibility, format, frequency } = query;
  return { owner_id: owner === "me" ? (ctx.principal.userId ?? "") : owner, visibility, format, frequency };
}

function chosen(ctx: Ctx, query: CatalogQuery, except?: string): Raw[] {
  return Object.entries(choices(ctx, query)).flatMap(([column, value]) =>
    value === undefined || column === except ? [] : [sql`d.${sql.ref(column)} = ${value}`],
  );
}

/** More than any other score comes to. */
const WHOLE_IN_NAME = 100;

/**
 * Names that have all that was typed go first, those with words as they were typed before others; then the rest. Only names are
 * looked at: all words of a dataset are stored out of line.
 */
function scoreOf(terms: readonly Term[]): Raw {
  const inName = (words: readonly string[]): Raw => sql`d.name_words && ${[...words]}::text[]`;
  const parts = terms.map(({ typed, words }) => sql`(case when d.name_words @> ${[typed]}::text[] then 2 when ${inName(words)} then 1 else 0 end)`);
  const whole = sql`(case when ${and(terms.map(({ words }) => inName(words)))} then ${sql.lit(WHOLE_IN_NAME)} else 0 end)`;
  return sql.join([...parts, whole], sql` + `);
}

const ORDERS: Readonly<Record<string, { readonly by: Raw; readonly cast: Raw }>> = {
  name: { by: sql`lower(d.name)`, cast: sql`text` },
  updated: { by: sql`d.updated_at`, cast: sql`timestamptz` },
  created: { by: sql`d.created_at`, cast: sql`timestamptz` },
  rows: { by: sql`coalesce(d.row_count, -1)`, cast: sql`bigint` },
};

function orderOf(sort: DatasetSort, terms: readonly Term[]): { readonly by: Raw; readonly cast: Raw; readonly isDescending: boolean } {
  const known = ORDERS[sort.replace(/^-/, "")];
  return known === undefined ? { by: scoreOf(terms), cast: sql`integer`, isDescending: true } : { ...known, isDescending: sort.startsWith("-") };
}

interface PagePlace {
  readonly sort: DatasetSort;
  readonly after: Position | undefined;
}

interface PageSource {
  readonly terms: readonly Term[];
  readonly limit: number;
  /** What goes before the statement. */
  readonly before: Raw;
  /** Names the datasets as `d`, up to a last condition. */
  readonly from: Raw;
}

async function orderedPage(ctx: Ctx, { sort, after: begin }: PagePlace, { terms, limit, before, from }: PageSource): Promise<readonly Position[]> {
  const { by, cast, isDescending } = orderOf(sort, terms);
  const past = sql.raw(isDescending ? "<" : ">");
  const direction = sql.raw(isDescending ? "desc" : "asc");
  const after = begin === undefined ? sql`true` : sql`(${by}, d.id) ${past} (${begin.value}::${cast}, ${begin.id})`;
  const { rows } = await sql<Position>`
    ${before}
    select d.id, (${by})::text as value from ${from} ${after}
    order by ${by} ${direction}, d.id ${direction} limit ${sql.lit(limit + 1)}`.execute(ctx.system.db as never);
  return rows;
}

/** Ids of one page in their order, each with its place in it. */
export async function findPage(ctx: Ctx, query: CatalogQuery, sought: Sought, page: PagePlace): Promise<readonly Position[]> {
  const conditionsOn = (words: "words" | "name_words"): Raw => and([...among(ctx, query, sought, words), ...chosen(ctx, query)]);
  const { terms } = sought;
  const { limit } = query;
  if (page.sort !== "relevance") return orderedPage(ctx, page, { terms, limit, before: sql``, from: sql`datasets d where ${conditionsOn("words")} and` });
  const from = sql`hits join datasets d on d.id = hits.id where`;
  const byName = sql`select d.id from datasets d where ${conditionsOn("name_words")} limit ${sql.lit(MAX_BY_NAME)}`;
  // Names come before all else: where they fill the page, nobody has to look for more.
  const names = await orderedPage(ctx, page, { terms, limit, before: sql`with hits as materialized (${byName})`, from });
  if (names.length > limit) return names;
  const all = sql`with hits as materialized (
    (${byName}) union (select d.id from datasets d where ${conditionsOn("words")} limit ${sql.lit(MAX_RANKED)}))`;
  return orderedPage(ctx, page, { terms, limit, before: all, from });
}

export interface Counted<V = string> {
  readonly value: V;
  readonly count: number;
}

interface FacetRow {
  readonly total: number;
  readonly tags: Counted[] | null;
  readonly owners: (Counted & { readonly name: string })[] | null;
  readonly visibilities: Counted[] | null;
  readonly formats: Counted[] | null;
  readonly frequencies: Counted[] | null;
}

const MAX_VALUES = 30;

/** Counts what was found by its values, looking at no more than `MAX_COUNTED` datasets for each kind of value. */
export async function countFacets(ctx: Ctx, query: CatalogQuery, sought: Sought): Promise<FacetRow> {
  const base = among(ctx, query, sought, "words");
  const columns = sql`d.owner_id, d.visibility, d.format, d.frequency, d.tags`;
  const found = (conditions: readonly Raw[]): Raw => sql`select ${columns} from datasets d where ${and(conditions)} limit ${sql.lit(MAX_COUNTED + 1)}`;
  const isNarrowed = chosen(ctx, query).length > 0;
  const around = isNarrowed ? sql`around as materialized (${found(base)}),` : sql``;
  const source = sql.raw(isNarrowed ? "around" : "found");
  const counted = (column: string): Raw => sql`(
    select jsonb_agg(jsonb_build_object('value', v.value, 'count', v.count) order by v.count desc, v.value)
    from (select d.${sql.ref(column)} as value, count(*)::int as count from ${source} d where ${and([sql`d.${sql.ref(column)} is not null`, ...chosen(ctx, query, column)])}
      group by 1 order by 2 desc, 1 limit ${sql.lit(MAX_VALUES)}) v)`;
  const { rows } = await sql<FacetRow>`
    with found as materialized (${found([...base, ...chosen(ctx, query)])}), ${around}
    owners as (
      select d.owner_id, count(*)::int as count from ${source} d where ${and([sql`d.owner_id is not null`, ...chosen(ctx, query, "owner_id")])}
      group by 1 order by 2 desc, 1 limit ${sql.lit(MAX_VALUES)})
    select (select count(*)::int from found) as total,
      (select jsonb_agg(jsonb_build_object('value', t.tag, 'count', t.count) order by t.count desc, t.tag)
        from (select tag, count(*)::int as count from found cross join unnest(found.tags) as tag group by 1 order by 2 desc, 1 limit ${sql.lit(MAX_VALUES)}) t) as tags,
      (select jsonb_agg(jsonb_build_object('value', u.id, 'name', u.name, 'count', o.count) order by o.count desc, u.name)
        from owners o join users u on u.id = o.owner_id) as owners,
      ${counted("visibility")} as visibilities, ${counted("format")} as formats, ${counted("frequency")} as frequencies`.execute(ctx.system.db as never);
  const [row] = rows;
  if (row === undefined) throw new Error("counting answered nothing");
  return row;
}
