import {
  and,
  arithmetic,
  call,
  caseWhen,
  cast,
  column,
  type EngineSession,
  type Expression,
  isNull,
  literal,
  not,
  type Query,
  type Relation,
  type SqlType,
} from "@granary/engine";
import { problem } from "@granary/protocol";
import { type ChangeSet, type DiffParts, isChanged, SHOWS_NEW, SHOWS_OLD, shownChanges, shownDamage, shownNew, shownOld } from "../diff/index.ts";
import { checkPlan, jsonText, type ReadPlan } from "../scan/index.ts";
import { isNested } from "./cells/cell-readings.ts";
import { TEXT } from "./cells/text-parts.ts";
import type { ChangeSpread } from "./types.ts";

const RANGES = 20;
const VALUES = 10;
const MAX_LABEL = 100;
const [VALUE, IS_OLD] = ["value", "is_old"] as const;
const DOUBLE: SqlType = { kind: "double" };

const NUMBERS: ReadonlySet<SqlType["kind"]> = new Set(["integer", "bigint", "decimal", "float", "double"]);
const TIMES: ReadonlySet<SqlType["kind"]> = new Set(["date", "timestamp", "timestamptz"]);

interface Spread {
  readonly session: EngineSession;
  /** One row per value: what it is, and whether it is one of before. */
  readonly from: Relation;
}

const table = "spread_values";

/** The values before and after in effect: a damaged cell keeps its old value. */
function valuesOf(changeSet: ChangeSet, plan: ReadPlan, path: string, index: number): Query {
  const from: Relation = { kind: "query", query: shownChanges(changeSet, plan, path) };
  const isDamaged = not(isNull(column(shownDamage(index))));
  const side = (isOld: boolean): Query => ({
    kind: "select",
    items: [
      { expression: isOld ? column(shownOld(index)) : caseWhen([{ when: isDamaged, then: column(shownOld(index)) }], column(shownNew(index))), as: VALUE },
      { expression: literal(isOld), as: IS_OLD },
    ],
    from,
    where: column(isOld ? SHOWS_OLD : SHOWS_NEW),
  });
  return { kind: "unionAll", queries: [side(true), side(false)] };
}

async function numbers({ session }: Spread, query: Query) {
  return (await session.run({ kind: "query", query })).rows;
}

const counts = [
  { expression: call("count_if", column(IS_OLD)), as: "before" },
  { expression: call("count_if", not(column(IS_OLD))), as: "after" },
] as const;

type Bins = Pick<ChangeSpread, "kind" | "bins" | "others">;
const EMPTY: Bins = { kind: "values", bins: [], others: { before: 0, after: 0 } };

async function mostFrequent(spread: Spread, label: Expression): Promise<Bins> {
  const grouped: Query = {
    kind: "select",
    items: [{ expression: call("left", label, literal(MAX_LABEL)), as: "label" }, ...counts, { expression: call("count_rows"), as: "rows" }],
    from: spread.from,
    where: not(isNull(column(VALUE))),
    groupBy: [call("left", label, literal(MAX_LABEL))],
  };
  const query: Query = {
    kind: "select",
    items: ["label", "before", "after"].map((name) => ({ expression: column(name), as: name })),
    from: { kind: "query", query: grouped },
    orderBy: [
      { expression: column("rows"), direction: "desc" },
      { expression: column("label"), direction: "asc" },
    ],
    limit: VALUES,
  };
  const bins = (await numbers(spread, query)).map(([text, before, after]) => ({ label: String(text), before: Number(before), after: Number(after) }));
  const [all] = await numbers(spread, { kind: "select", items: [...counts], from: spread.from, where: not(isNull(column(VALUE))) });
  const rest = (at: 0 | 1, own: "before" | "after"): number => Number(all?.[at] ?? 0) - bins.reduce((sum, bin) => sum + bin[own], 0);
  return { kind: "values", bins, others: { before: rest(0, "before"), after: rest(1, "after") } };
}

const pairOf = (counted: readonly unknown[] | undefined): { readonly before: number; readonly after: number } => ({
  before: Number(counted?.[0] ?? 0),
  after: Number(counted?.[1] ?? 0),
});

/** How the bound of a range is written: a number shortly, an instant to the day or minute. */
function labelOf({ kind }: SqlType, bound: number): string {
  if (!TIMES.has(kind)) return String(Number(bound.toPrecision(6)));
  return new Date(bound / 1000).toISOString().slice(0, kind === "date" ? 10 : 16);
}

/** Ranges of equal width between the least and the greatest value; texts of times as their bounds. */
async function inRanges(spread: Spread, type: SqlType): Promise<Bins> {
  const isTime = TIMES.has(type.kind);
  const value = isTime ? cast(call("epoch_micros", cast(column(VALUE), { kind: "timestamp" })), DOUBLE) : cast(column(VALUE), DOUBLE);
  const isUsable = and(not(isNull(column(VALUE))), call("is_finite", value));
  const [range] = await numbers(spread, {
    kind: "select",
    items: [
      { expression: call("min", value), as: "least" },
      { expression: call("max", value), as: "greatest" },
    ],
    from: spread.from,
    where: isUsable,
  });
  const { before: least, after: greatest } = pairOf(range);
  // So it is where no value is usable, too.
  if (least === greatest) return mostFrequent(spread, cast(column(VALUE), TEXT));
  const width = (greatest - least) / RANGES;
  const place = call("least", call("floor", arithmetic(arithmetic(value, "-", literal(least)), "/", literal(width))), literal(RANGES - 1));
  const rows = await numbers(spread, {
    kind: "select",
    items: [{ expression: cast(place, { kind: "integer" }), as: "place" }, ...counts],
    from: spread.from,
    where: isUsable,
    groupBy: [place],
  });
  const found = new Map(rows.map(([at, before, after]) => [Number(at), { before: Number(before), after: Number(after) }]));
  const bins = Array.from({ length: RANGES }, (_, at) => ({
    label: `${labelOf(type, least + at * width)} – ${labelOf(type, least + (at + 1) * width)}`,
    ...(found.get(at) ?? { before: 0, after: 0 }),
  }));
  const [others] = await numbers(spread, {
    kind: "select",
    items: [...counts],
    from: spread.from,
    where: and(not(isNull(column(VALUE))), not(call("is_finite", value))),
  });
  return { kind: "ranges", bins, others: pairOf(others) };
}

/** How the values of one column are spread before and after, over the changes a reader sees. */
export async function spreadOfChanges(
  parts: DiffParts,
  changeSet: ChangeSet,
  { plan, fieldId, signal }: { readonly plan: ReadPlan; readonly fieldId: number; readonly signal?: AbortSignal },
): Promise<ChangeSpread> {
  const { sources } = checkPlan(changeSet, plan);
  const index = plan.columns.findIndex((item) => item.fieldId === fieldId);
  const source = sources[index];
  if (source === undefined) throw problem("lake.plan_invalid", { reason: `the plan does not show field ${fieldId}` });
  const { file } = changeSet;
  if (file === null) return { changed: 0, nullsBefore: 0, nullsAfter: 0, ...EMPTY };
  const isMasked = plan.columns[index]?.mask !== undefined;
  await using local = await parts.fileIo.open(file);
  const work = { kind: "read", ...(signal === undefined ? {} : { signal }) } as const;
  return await parts.engine.use(work, async (session) => {
    await session.run({ kind: "createTable", name: table, query: valuesOf(changeSet, plan, local.path, index) });
    const spread: Spread = { session, from: { kind: "table", name: table } };
    const changes: Query = {
      kind: "select",
      items: [{ expression: call("count_if", column(isChanged(index))), as: "changed" }],
      from: { kind: "query", query: shownChanges(changeSet, plan, local.path) },
    };
    const [[changed] = []] = await numbers(spread, changes);
    const [nulls] = await numbers(spread, { kind: "select", items: [...counts], from: spread.from, where: isNull(column(VALUE)) });
    const isRanged = !isMasked && (NUMBERS.has(source.sqlType.kind) || TIMES.has(source.sqlType.kind));
    const label = !isMasked && isNested(source.sqlType) ? jsonText(column(VALUE), source.sqlType) : cast(column(VALUE), TEXT);
    const bins = isRanged ? await inRanges(spread, source.sqlType) : await mostFrequent(spread, label);
    return { changed: Number(changed ?? 0), nullsBefore: Number(nulls?.[0] ?? 0), nullsAfter: Number(nulls?.[1] ?? 0), ...bins };
  });
}
