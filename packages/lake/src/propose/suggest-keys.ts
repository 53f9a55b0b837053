import { call, column, compare, type EngineSession, isNull, literal, or, type Query } from "@granary/engine";
import type { DiffParts } from "../diff/index.ts";
import { holdFiles, type HeldFiles, liveFiles, scanRelation, storedName } from "../files/index.ts";
import type { LakeColumn, OpenTable } from "../table/index.ts";
import { isNested } from "./cells/cell-readings.ts";
import type { SuggestKeysOptions } from "./types.ts";

const MAX_COLUMNS = 3;
/** Looked at first: what is there twice in so many rows is no key, and few other columns are left to count. */
const SAMPLE_ROWS = 20_000;
/** Sets of columns that are counted over all rows; each takes a pass. */
const MAX_COUNTED = 12;
const MAX_ANSWERED = 5;
/** Columns that sets are made of: those with most different values. */
const MAX_PARTS = 8;

const NEVER: ReadonlySet<LakeColumn["sqlType"]["kind"]> = new Set(["float", "double", "boolean", "binary"]);

/** Names of what identifies rows come first, then the order of the columns. */
function rank({ name }: LakeColumn): number {
  const plain = name.toLowerCase();
  if (plain === "id") return 0;
  if (/(^|[_\s-])(id|uuid|guid|key)$/.test(plain) || /[a-z]Id$/.test(name)) return 1;
  return /(code|number|nr|no|sku|iban|ean)$/.test(plain) ? 2 : 3;
}

const byRank = (left: readonly LakeColumn[], right: readonly LakeColumn[]): number => {
  const worst = (columns: readonly LakeColumn[]): number => columns.reduce((sum, item) => sum + rank(item), 0);
  return left.length - right.length || worst(left) - worst(right);
};

function setsOf(columns: readonly LakeColumn[], size: number): readonly (readonly LakeColumn[])[] {
  if (size === 1) return columns.map((item) => [item]);
  return columns.flatMap((item, index) => setsOf(columns.slice(index + 1), size - 1).map((rest) => [item, ...rest]));
}

interface Counting {
  readonly session: EngineSession;
  readonly from: Extract<Query, { kind: "select" }>["from"];
}

/** Whether a set has another value in every row, and none that is null. */
async function identifies({ session, from }: Counting, columns: readonly LakeColumn[]): Promise<boolean> {
  const names = columns.map((item) => storedName(item.fieldId));
  const repeated: Query = {
    kind: "select",
    items: [{ expression: literal(1), as: "found" }],
    from,
    groupBy: names.map((name) => column(name)),
    having: or(compare(call("count_rows"), ">", literal(1)), ...names.map((name) => isNull(column(name)))),
    limit: 1,
  };
  return (await session.run({ kind: "query", query: repeated })).rows.length === 0;
}

/** How many different values of each column there are among the first rows, and how many rows. */
async function countFirst({ session, from }: Counting, columns: readonly LakeColumn[]): Promise<readonly number[]> {
  const items = columns.map(({ fieldId }) => ({ expression: call("approx_count_distinct", column(storedName(fieldId))), as: storedName(fieldId) }));
  const { rows } = await session.run({ kind: "query", query: { kind: "select", items, from } });
  return rows[0]?.map(Number) ?? [];
}

function sampleOf(columns: readonly LakeColumn[], held: HeldFiles): Query {
  const uses = columns.map(({ fieldId }) => ({ fieldId, name: storedName(fieldId) }));
  return { kind: "select", items: uses.map(({ name }) => ({ expression: column(name), as: name })), from: scanRelation(held, uses), limit: SAMPLE_ROWS };
}

async function search(session: EngineSession, held: HeldFiles, columns: readonly LakeColumn[], maxColumns: number): Promise<readonly (readonly number[])[]> {
  await session.run({ kind: "createTable", name: "first_rows", query: sampleOf(columns, held) });
  const sample: Counting = { session, from: { kind: "table", name: "first_rows" } };
  const whole = (set: readonly LakeColumn[]): Counting => ({
    session,
    from: scanRelation(
      held,
      set.map(({ fieldId }) => ({ fieldId, name: storedName(fieldId) })),
    ),
  });
  const distinct = await countFirst(sample, columns);
  const parts = columns
    .map((item, index) => ({ item, values: distinct[index] ?? 0 }))
    .toSorted((left, right) => right.values - left.values || rank(left.item) - rank(right.item))
    .slice(0, MAX_PARTS)
    .map(({ item }) => item);
  const found: number[][] = [];
  let counted = 0;
  for (let size = 1; size <= maxColumns && found.length === 0; size += 1) {
    for (const set of setsOf(size === 1 ? columns : parts, size).toSorted(byRank)) {
      if (counted >= MAX_COUNTED || found.length >= MAX_ANSWERED) break;
      if (!(await identifies(sample, set))) continue;
      counted += 1;
      if (await identifies(whole(set), set)) found.push(set.map(({ fieldId }) => fieldId));
    }
  }
  return found;
}

/**
 * Sets of columns that identify all rows of a table, best first: as few columns as possible, those called like an id before
 * others. None for an empty table. Bigger sets are looked for only where no smaller one is found.
 */
export async function suggestKeys(parts: DiffParts, table: OpenTable, options: SuggestKeysOptions = {}): Promise<readonly (readonly number[])[]> {
  const columns = table.columns.filter(({ isSystem, sqlType }) => !isSystem && !isNested(sqlType) && !NEVER.has(sqlType.kind));
  if (table.rows === 0 || columns.length === 0) return [];
  const { signal, maxColumns = MAX_COLUMNS } = options;
  return parts.engine.use({ kind: "job", ...(signal === undefined ? {} : { signal }) }, async (session) => {
    const fieldIds = columns.map((item) => item.fieldId);
    await using held = await holdFiles({ fileIo: parts.fileIo, session }, { table, files: liveFiles(table).data, fieldIds, signal });
    return await search(session, held, columns, Math.min(maxColumns, columns.length));
  });
}
