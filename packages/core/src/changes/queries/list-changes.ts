import { type ChangeState, type ChangeSummary, decodeCursor, encodeCursor } from "@granary/protocol";
import { type RawBuilder, sql } from "kysely";
import type { Ctx } from "../../context/index.ts";
import { type DatasetRow, listable, listDatasetRows } from "../../datasets/index.ts";
import { isWaitingFor, presentSummary } from "../present.ts";
import { listReviewRows } from "../review-store.ts";
import { listRules, rulesIn } from "../rules/store.ts";
import { findGroupsOf, type SeenChange } from "../seen-change.ts";
import { changeState, type ChangeRow, listChangeRows, listCurrentRevisions } from "../store.ts";

/** Which requests somebody asks for. */
export interface ListQuery {
  readonly state?: readonly ChangeState[] | undefined;
  readonly dataset?: string | undefined;
  readonly author?: string | undefined;
  readonly waiting: boolean;
  readonly q?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** So many requests that may wait for somebody are looked at for a page; beyond, the next page goes on. */
const MAX_LOOKED_AT = 1_000;

function conditions(query: ListQuery, userId: string | null): readonly RawBuilder<boolean>[] {
  const { state, dataset, q, waiting } = query;
  const author = query.author === "me" ? (userId ?? "") : query.author;
  const pattern = `%${(q ?? "").replace(/[\\%_]/g, "\\$&")}%`;
  const number = /^#?([1-9]\d{0,8})$/.exec(q ?? "")?.[1];
  const isMine = sql`(c.author_id = ${userId} or ${userId} = any (c.co_author_ids))`;
  return [
    ...(state === undefined ? [] : [sql<boolean>`${changeState} = any (${[...state]})`]),
    ...(dataset === undefined ? [] : [sql<boolean>`c.dataset_id = ${dataset}`]),
    ...(author === undefined ? [] : [sql<boolean>`(c.author_id = ${author} or ${author} = any (c.co_author_ids))`]),
    ...(q === undefined
      ? []
      : [sql<boolean>`(c.title ilike ${pattern} or d.name ilike ${pattern} or c.number = ${number === undefined ? 0 : Number(number)})`]),
    ...(waiting ? [sql<boolean>`((c.state = 'changes_requested' and ${isMine}) or (c.state = 'open' and not ${isMine}))`] : []),
  ];
}

type Listed = ChangeRow & { readonly position: string };

/** The requests of a page with all that is decided by. */
async function seenOf(ctx: Ctx, rows: readonly Listed[]): Promise<readonly SeenChange[]> {
  const datasets = new Map<string, DatasetRow>(
    (await listDatasetRows(ctx, [...new Set(rows.map(({ dataset_id }) => dataset_id))])).map((row) => [row.id, row]),
  );
  const shown = rows.filter(({ dataset_id }) => datasets.has(dataset_id));
  const [rules, revisions, reviews] = [
    await listRules(ctx.db, [...datasets.keys()]),
    await listCurrentRevisions(ctx.db, shown),
    await listReviewRows(
      ctx.db,
      shown.map(({ id }) => id),
    ),
  ];
  const self = ctx.principal.userId === null ? [] : [ctx.principal.userId];
  const groups = await findGroupsOf(ctx.db, [...rules.values()], reviews, self);
  return shown.flatMap((row): SeenChange[] => {
    const dataset = datasets.get(row.dataset_id);
    if (dataset === undefined) return [];
    const current = revisions.find((revision) => revision.change_id === row.id);
    const own = reviews.filter((review) => review.change_id === row.id);
    return [{ row, dataset, isGone: false, current, pending: undefined, rules: rulesIn(rules, row.dataset_id), reviews: own, groups }];
  });
}

type Position = readonly [string, string];

/** Reads page after page until enough requests are wanted, from a position on. */
class Collector {
  readonly items: ChangeSummary[] = [];
  readonly #ctx: Ctx;
  readonly #query: ListQuery;
  readonly #where: RawBuilder<boolean>;

  constructor(ctx: Ctx, query: ListQuery, where: RawBuilder<boolean>) {
    this.#ctx = ctx;
    this.#query = query;
    this.#where = where;
  }

  /** Takes what is wanted of a batch; answers where the list goes on when it is full. */
  async #take(page: readonly Listed[]): Promise<Position | undefined> {
    const { waiting, limit } = this.#query;
    for (const seen of await seenOf(this.#ctx, page)) {
      if (waiting && !isWaitingFor(this.#ctx, seen)) continue;
      this.items.push(presentSummary(this.#ctx, seen));
      if (this.items.length === limit) return [(seen.row as Listed).position, seen.row.id];
    }
    return undefined;
  }

  /** Answers where the list goes on; undefined at its end. */
  async collect(begin: Position | undefined): Promise<Position | undefined> {
    const { waiting, limit } = this.#query;
    const batch = waiting ? Math.max(limit, 100) : limit;
    let after = begin;
    for (let looked = 0; looked < MAX_LOOKED_AT; looked += batch) {
      const rows = await listChangeRows(this.#ctx.db, { where: this.#where, after, limit: batch + 1 });
      const page = rows.slice(0, batch);
      const last = page.at(-1);
      if (last === undefined) return undefined;
      const full = await this.#take(page);
      const isAtEnd = rows.length <= batch;
      if (full !== undefined) return isAtEnd && full[1] === last.id ? undefined : full;
      if (isAtEnd) return undefined;
      after = [last.position, last.id];
    }
    return after;
  }
}

/** Requests about datasets that the caller sees, those changed last first. */
export async function listChangeRequests(ctx: Ctx, query: ListQuery): Promise<{ items: ChangeSummary[]; next: string | null }> {
  const [position = "", id = ""] = decodeCursor(query.cursor, 2)?.map(String) ?? [];
  const where = sql<boolean>`${sql.join([sql`d.trashed_at is null`, await listable(ctx), ...conditions(query, ctx.principal.userId)], sql` and `)}`;
  const collector = new Collector(ctx, query, where);
  const next = await collector.collect(query.cursor === undefined ? undefined : [position, id]);
  return { items: collector.items, next: next === undefined ? null : encodeCursor(next) };
}
