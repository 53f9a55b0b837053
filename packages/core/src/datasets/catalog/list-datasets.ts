import { type DatasetFacets, type DatasetSort, decodeCursor, encodeCursor, type ListedDataset, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { presentDataset } from "../present.ts";
import { listDatasetRows } from "../seen-datasets.ts";
import { findReaders, type Reader } from "../../access/index.ts";
import { type CatalogQuery, countFacets, findPage, MAX_COUNTED, type Position, type Sought } from "./catalog-query.ts";
import { findMatch } from "./find-match.ts";
import { findTerms, type Term, typedWords, withWordsAlike } from "./find-terms.ts";
import { getViewQuery } from "./views.ts";
import { foundByVisible } from "./visible-words.ts";

export interface ListedPage {
  readonly items: ListedDataset[];
  readonly next: string | null;
  readonly facets: DatasetFacets | null;
  readonly isGuess: boolean;
}

interface Begun {
  readonly sort: DatasetSort;
  readonly isGuess: boolean;
  readonly after: Position;
}

function begun(cursor: string | undefined): Begun | undefined {
  const parts = decodeCursor(cursor, 4);
  if (parts === undefined) return undefined;
  const [sort, isGuess, value, id] = parts.map(String);
  return { sort: sort as DatasetSort, isGuess: isGuess === "1", after: { value: value ?? "", id: id ?? "" } };
}

function sortOf(query: CatalogQuery, hasTerms: boolean, earlier: Begun | undefined): DatasetSort {
  const asked = query.sort ?? (hasTerms ? "relevance" : "-updated");
  const sort = asked === "relevance" && !hasTerms ? "-updated" : asked;
  if (earlier !== undefined && earlier.sort !== sort)
    throw problem("request.invalid", {}, { issues: [{ path: "query.cursor", message: "belongs to another order; start again without one" }] });
  return sort;
}

interface Searched {
  readonly sought: Sought;
  readonly isGuess: boolean;
  readonly page: readonly Position[];
  /** Counted beside the search for the page; null where they are known from the first page. */
  readonly facets: DatasetFacets | null;
}

/** A page of what was typed or, when nothing has it that the caller may see, of what is spelled like it. */
async function seek(ctx: Ctx, readers: readonly Reader[], terms: readonly Term[]): Promise<Sought> {
  return { terms, readers, byVisible: await foundByVisible(ctx, readers, terms) };
}

async function search(ctx: Ctx, query: CatalogQuery, sort: DatasetSort, earlier: Begun | undefined): Promise<Searched> {
  const readers = await findReaders(ctx);
  const terms = await findTerms(ctx, query.q ?? "");
  const at = { sort, after: earlier?.after };
  const found = async (meant: readonly Term[], isGuess: boolean): Promise<Searched> => {
    const sought = await seek(ctx, readers, meant);
    const [page, facets] = await Promise.all([findPage(ctx, query, sought, at), earlier === undefined ? facetsOf(ctx, query, sought) : null]);
    return { sought, isGuess, page, facets };
  };
  if (earlier?.isGuess !== true) {
    const asTyped = await found(terms, false);
    if (asTyped.page.length > 0 || earlier !== undefined || terms.length === 0) return asTyped;
  }
  return found(await withWordsAlike(ctx, terms), true);
}

async function facetsOf(ctx: Ctx, query: CatalogQuery, sought: Sought): Promise<DatasetFacets> {
  const row = await countFacets(ctx, query, sought);
  return {
    total: { count: Math.min(row.total, MAX_COUNTED), isExact: row.total <= MAX_COUNTED },
    tags: row.tags ?? [],
    owners: (row.owners ?? []) as DatasetFacets["owners"],
    visibilities: (row.visibilities ?? []) as DatasetFacets["visibilities"],
    formats: (row.formats ?? []) as DatasetFacets["formats"],
    frequencies: (row.frequencies ?? []) as DatasetFacets["frequencies"],
  };
}

/** Finds datasets the caller may read, or what of theirs is in the trash. */
export async function listDatasets(ctx: Ctx, asked: CatalogQuery & { readonly view?: string | undefined }): Promise<ListedPage> {
  const { view, ...own } = asked;
  const query: CatalogQuery = view === undefined ? own : { ...(await getViewQuery(ctx, view)), ...defined(own) };
  const earlier = begun(query.cursor);
  const hasTerms = typedWords(query.q ?? "").length > 0;
  const sort = sortOf(query, hasTerms, earlier);
  const { sought, isGuess, page, facets } = await search(ctx, query, sort, earlier);
  const shown = page.slice(0, query.limit);
  const last = shown.at(-1);
  const rows = await listDatasetRows(
    ctx,
    shown.map(({ id }) => id),
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const items = shown.flatMap(({ id }) => {
    const row = byId.get(id);
    return row === undefined ? [] : [{ ...presentDataset(ctx, row), match: hasTerms ? findMatch(row, sought.terms) : null }];
  });
  const next = page.length > query.limit && last !== undefined ? encodeCursor([sort, isGuess ? 1 : 0, last.value, last.id]) : null;
  return { items, next, facets, isGuess: isGuess && items.length > 0 };
}

function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;
}
