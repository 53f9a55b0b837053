import { isAppError } from "@granary/kernel";
import type { SandboxResult, TableReference } from "@granary/engine";
import type { PlannedTable, SqlRequest } from "@granary/lake";
import { problem } from "@granary/protocol";
import type { Ctx } from "../context/index.ts";
import { listDatasetRowsByName, type OpenForReading, planHash, type Readable } from "../datasets/index.ts";
import type { ReadDataset } from "./store.ts";

/** What a query may read: its tables, opened for the caller. */
export interface OpenedTables {
  readonly tables: Readonly<Record<string, PlannedTable>>;
  /** What each table is called, by its key: the dataset's name, and the version where the query asks for one. */
  readonly titles: ReadonlyMap<string, string>;
  /** Each version of a dataset once. */
  readonly datasets: readonly ReadDataset[];
  /** Names to choose from where the query names none the caller may read. */
  readonly suggestions: readonly string[];
}

/** What somebody wrote. */
export interface QueryText {
  readonly sql: string;
  /** The version of tables that name none. */
  readonly at?: string | undefined;
}

/** Names that are looked through for a similar one. */
const MAX_SUGGESTIONS = 2_000;

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const CLOCK = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}(?::?\d{2})?)?$/i;

/** A time as SQL writes it, as an instant; UTC where it names no zone. Undefined for what is no time. */
function instantOf(text: string): string | undefined {
  if (DAY.test(text)) return `${text}T00:00:00Z`;
  const [, day, clock, zone = "Z"] = CLOCK.exec(text) ?? [];
  if (day === undefined || clock === undefined) return undefined;
  const [, sign, hours, minutes = "00"] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  return `${day}T${clock}${sign === undefined ? "Z" : `${sign}${hours}:${minutes}`}`;
}

/** Which version a table's own `AT` asks for, or else the query's. */
function versionOf({ at, path, line, column }: TableReference, fallback: string | undefined): string | undefined {
  if (at === undefined) return fallback === undefined ? undefined : (instantOf(fallback) ?? fallback);
  if (at.unit === "version") return at.value;
  const instant = instantOf(at.value);
  if (instant === undefined) throw problem("sql.unknown_version", { name: path.join("."), version: at.value, line, column });
  return instant;
}

async function openTable(open: OpenForReading, reference: TableReference, fallback: string | undefined): Promise<Readable | undefined> {
  const { path, line, column } = reference;
  const name = path.join(".");
  const version = versionOf(reference, fallback);
  try {
    return await open(name, version);
  } catch (error) {
    if (!isAppError(error)) throw error;
    // The engine tells of a name it does not know, with its place and similar ones.
    if (error.code === "dataset.not_found") return undefined;
    if (error.code === "dataset.not_ready") throw problem("sql.table_not_ready", { name, line, column }, { cause: error });
    if (error.code === "dataset.version_not_found") throw problem("sql.unknown_version", { name, version, line, column }, { cause: error });
    throw error;
  }
}

/**
 * Opens the datasets a query names, as the caller sees them. One that may not be read is left out, like one that does not
 * exist: the engine then knows no such table.
 */
export async function openTables(ctx: Ctx, open: OpenForReading, { sql, at }: QueryText, signal: AbortSignal): Promise<OpenedTables> {
  const { tables: references } = await ctx.services.engine.checkSql(sql, signal);
  const tables: Record<string, PlannedTable> = {};
  const titles = new Map<string, string>();
  const datasets = new Map<string, ReadDataset>();
  let isAllKnown = true;
  for (const reference of new Map(references.map((item) => [item.key, item])).values()) {
    const readable = await openTable(open, reference, at);
    if (readable === undefined) {
      isAllKnown = false;
      continue;
    }
    const { dataset, version, plan, table } = readable;
    tables[reference.key] = { table, plan };
    titles.set(reference.key, reference.at === undefined ? dataset.name : `${dataset.name}, version ${version.number}`);
    datasets.set(`${dataset.id} ${version.number}`, { id: dataset.id, name: dataset.name, version: version.number, planHash: planHash(plan) });
  }
  const suggestions = isAllKnown ? [] : (await listDatasetRowsByName(ctx, { limit: MAX_SUGGESTIONS })).map(({ name }) => name);
  return { tables, titles, datasets: [...datasets.values()], suggestions };
}

interface QueryOptions extends Pick<SqlRequest, "limits" | "explain"> {
  readonly signal: AbortSignal;
}

/** Asks the opened tables. Dispose the result. */
export function queryTables(ctx: Ctx, { sql }: QueryText, { tables, suggestions }: OpenedTables, options: QueryOptions): Promise<SandboxResult> {
  return ctx.services.lake.query({ sql, tables, suggestions, ...options });
}
