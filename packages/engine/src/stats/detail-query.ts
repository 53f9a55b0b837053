import type { JsonValue, Row } from "../process/messages.ts";
import {
  aggregate,
  call,
  caseWhen,
  cast,
  column,
  type Expression,
  inList,
  literal,
  type Query,
  type Relation,
  type SelectItem,
  structPack,
} from "../sql/index.ts";
import type { Bin, ColumnProfile, ProfiledColumn, ValueCount } from "./column-profile.ts";
import { positionText } from "./position-text.ts";
import { columnKey, type ProfileDraft, seenColumns } from "./profile-query.ts";
import { positionOf, traitsOf } from "./traits.ts";

const NOTHING = literal(null);

function frequentCounts(item: ProfiledColumn, value: Expression, frequent: readonly string[]): Expression {
  if (frequent.length === 0) return NOTHING;
  const values = frequent.map((text) => cast(literal(text), item.type));
  return call("histogram", caseWhen([{ when: inList(value, values), then: cast(value, { kind: "text" }) }], NOTHING));
}

function binCounts(item: ProfiledColumn, value: Expression, edges: readonly number[]): Expression {
  const position = positionOf(traitsOf(item.type), value);
  if (position === undefined || edges.length === 0) return NOTHING;
  const ends = edges.slice(1).map((edge) => cast(literal(edge), { kind: "double" }));
  return call("histogram_bins", position, call("list_of", ...ends));
}

/** A second pass, which counts the frequent values and fills the bins the first pass proposed. */
export function detailQuery(from: Relation, columns: readonly ProfiledColumn[], drafts: readonly ProfileDraft[]): Query {
  const items = columns.map((item, index): SelectItem => {
    const value = column(columnKey(index));
    const { frequent = [], edges = [], countsDistinct = false } = drafts[index] ?? {};
    const fields = [
      { name: "top", value: frequentCounts(item, value, frequent) },
      { name: "bins", value: binCounts(item, value, edges) },
      { name: "distinct", value: countsDistinct ? aggregate("count", [value], { distinct: true }) : NOTHING },
    ];
    return { expression: structPack(fields), as: columnKey(index) };
  });
  return { kind: "select", items, from: seenColumns(from, columns) };
}

type Entry = { readonly key: JsonValue; readonly value: JsonValue };
const entriesOf = (value: JsonValue | undefined): readonly Entry[] => (Array.isArray(value) ? (value as readonly Entry[]) : []);

const byCount = (left: ValueCount, right: ValueCount): number => right.count - left.count || (left.value < right.value ? -1 : 1);

function completed({ profile, edges }: ProfileDraft, details: Readonly<Record<string, JsonValue | undefined>>): ColumnProfile {
  const top = entriesOf(details["top"]).map(({ key, value }): ValueCount => ({ value: String(key), count: Number(value) }));
  const counts = entriesOf(details["bins"]);
  const bins = edges.slice(1).map((to, index): Bin => {
    const from = edges[index] ?? to;
    return { from: positionText(profile.type, from), to: positionText(profile.type, to), count: Number(counts[index]?.value ?? 0) };
  });
  const distinct = details["distinct"] ?? null;
  return { ...profile, ...(distinct === null ? {} : { distinct: Number(distinct), isDistinctExact: true }), top: top.sort(byCount), bins };
}

/** Reads the row of `detailQuery` into the drafts it was made from. */
export function readDetails(drafts: readonly ProfileDraft[], row: Row): readonly ColumnProfile[] {
  return drafts.map((draft, index) => completed(draft, (row[index] ?? {}) as Readonly<Record<string, JsonValue | undefined>>));
}
