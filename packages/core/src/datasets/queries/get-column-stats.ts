import { createHash } from "node:crypto";
import {
  type ColumnProfile,
  detailQuery,
  type ProfiledColumn,
  profileQuery,
  profileShape,
  type Query,
  readDetails,
  readProfile,
  type Row,
} from "@granary/engine";
import type { Lake, RowChoice } from "@granary/lake";
import type { ColumnStats } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { BoundedCache } from "../reading/bounded-cache.ts";
import type { Readable, ReadableColumn } from "../reading/open-version.ts";
import { presentColumns } from "../reading/present-cells.ts";
import { readData } from "../reading/read-data.ts";
import { columnsAsked, type RowQuery, toChoice } from "../reading/row-request.ts";

/** So many columns' sketches fit the engine's memory at once. */
const MAX_COLUMNS_PER_QUERY = 25;
/** A query of so many values ends well within the engine's time for reads. */
const VALUES_PER_QUERY = 20_000_000;
const MAX_CACHE_CHARACTERS = 32 * 1024 * 1024;
const SHAPE = profileShape({ bins: 20, top: 10 });
const ROWS = "rows_seen";

type Cache = BoundedCache<ColumnProfile>;

/** Snapshots never change, so neither do the figures of what one plan shows of them. */
const caches = new WeakMap<Lake, Cache>();

function cacheOf(lake: Lake): Cache {
  const known = caches.get(lake);
  if (known !== undefined) return known;
  const cache: Cache = new BoundedCache(MAX_CACHE_CHARACTERS, (profile) => JSON.stringify(profile).length);
  caches.set(lake, cache);
  return cache;
}

interface Scan {
  readonly lake: Lake;
  readonly readable: Readable;
  readonly choice: RowChoice;
}

/** Runs for everybody who asks for the same at the same time, so it does not end when one of them goes away. */
async function ask({ lake, readable, choice }: Scan, columns: readonly ProfiledColumn[], query: Query): Promise<Row> {
  const tables = { [ROWS]: { ...choice, table: readable.table, columns: columns.map((item) => item.name) } };
  return lake.compute({ tables, query }, async ({ batches }) => {
    for await (const rows of batches) for (const row of rows) return row;
    return [];
  });
}

async function profile(scan: Scan, columns: readonly ReadableColumn[]): Promise<readonly ColumnProfile[]> {
  const profiles: ColumnProfile[] = [];
  const from = { kind: "table", name: ROWS } as const;
  const step = Math.max(1, Math.min(MAX_COLUMNS_PER_QUERY, Math.floor(VALUES_PER_QUERY / Math.max(1, scan.readable.table.rows))));
  for (let at = 0; at < columns.length; at += step) {
    const some = columns.slice(at, at + step).map(({ name, value, sqlType }): ProfiledColumn => ({ name, value, type: sqlType }));
    const drafts = readProfile(some, await ask(scan, some, profileQuery(from, some, SHAPE)), SHAPE);
    profiles.push(...readDetails(drafts, await ask(scan, some, detailQuery(from, some, drafts))));
  }
  return profiles;
}

/** Everything that decides a column's figures beside its name: the snapshot, and how the plan and the choice show its rows. */
function scanKey({ readable, choice }: Scan): string {
  const { plan, table } = readable;
  const { filter = null, search = null, batch = null } = choice;
  const text = JSON.stringify([table.tableUuid, table.snapshotId, plan, filter, search, batch], (_, value: unknown) =>
    typeof value === "bigint" ? `${value}n` : value,
  );
  return createHash("sha256").update(text).digest("base64");
}

function presentStats(readable: Readable, figures: ColumnProfile): ColumnStats[] {
  const { name, rows, nulls, distinct, isDistinctExact, min, max, mean, bins, top } = figures;
  return presentColumns(readable.columns, [name]).map(({ type, masked }) => ({
    name,
    type,
    masked,
    rows,
    nulls,
    distinct,
    isDistinctApproximate: distinct !== null && !isDistinctExact,
    min,
    max,
    mean,
    bins: [...bins],
    top: [...top],
  }));
}

export interface StatsAnswer {
  readonly dataVersion: number;
  readonly rows: number;
  readonly columns: ColumnStats[];
}

async function readStats(ctx: Ctx, readable: Readable, query: Omit<RowQuery, "sort">): Promise<StatsAnswer> {
  const { choice } = await toChoice(ctx, readable, query);
  const { lake } = ctx.services;
  const names = choice.columns ?? readable.columns.map((item) => item.name);
  const search = choice.search === undefined ? {} : { search: { ...choice.search, columns: names } };
  const scan: Scan = { lake, readable, choice: { ...choice, ...search } };
  const prefix = scanKey(scan);
  const keys = new Map(names.flatMap((name) => readable.columns.filter((item) => item.name === name)).map((item) => [`${prefix} ${item.name}`, item]));
  const profiles = await cacheOf(lake).getAll([...keys.keys()], (missing) =>
    profile(
      scan,
      missing.flatMap((key) => keys.get(key) ?? []),
    ),
  );
  return { dataVersion: readable.version.number, rows: profiles[0]?.rows ?? 0, columns: profiles.flatMap((item) => presentStats(readable, item)) };
}

/** What the columns of a choice of rows hold, as the caller sees them: of masked columns the masked values alone. */
export async function getColumnStats(ctx: Ctx, idOrName: string, query: Omit<RowQuery, "sort">): Promise<StatsAnswer> {
  return readData(ctx, "statistics", async (open) => {
    const readable = await open(idOrName, query.version);
    const answer = await readStats(ctx, readable, query);
    const names = answer.columns.map((column) => column.name);
    return { answer, rows: answer.rows, columns: columnsAsked(query, names) };
  });
}
