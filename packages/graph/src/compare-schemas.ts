import { decimalOf, type GraphColumn, type GraphType, type SchemaComparison } from "@granary/protocol";
import { nameLikeness } from "./name-likeness.ts";

type Change = SchemaComparison["columns"][number];
type Kind = Change["change"];

const INTEGER_DIGITS = 19;

/** Digits before and behind the point of exact numbers. */
function exactOf(type: GraphType): { readonly whole: number; readonly scale: number } | undefined {
  if (type === "integer") return { whole: INTEGER_DIGITS, scale: 0 };
  const decimal = decimalOf(type);
  return decimal === undefined ? undefined : { whole: decimal.precision - decimal.scale, scale: decimal.scale };
}

/** Types whose values all fit into the second, one by one. */
const WIDER: readonly (readonly [GraphType, GraphType])[] = [
  ["date", "timestamp"],
  ["date", "timestamptz"],
  ["timestamp", "timestamptz"],
  ["uuid", "text"],
  ["json", "text"],
  ["boolean", "text"],
  ["integer", "text"],
  ["number", "text"],
  ["date", "text"],
  ["time", "text"],
  ["timestamp", "text"],
  ["timestamptz", "text"],
  ["boolean", "integer"],
];

const holds = (wide: GraphType, narrow: GraphType): boolean => {
  const [a, b] = [exactOf(narrow), exactOf(wide)];
  if (a !== undefined && b !== undefined) return b.whole >= a.whole && b.scale >= a.scale;
  if (wide === "number") return a !== undefined && a.whole + a.scale <= 15;
  if (wide === "text" && a !== undefined) return true;
  return WIDER.some(([from, to]) => from === narrow && to === wide);
};

const areNumbers = (from: GraphType, to: GraphType): boolean => [from, to].every((type) => type === "number" || exactOf(type) !== undefined);

/** What becomes of values when a column of one type is loaded into one of another. */
export function typeChange(from: GraphType, to: GraphType): Extract<Kind, "same" | "widened" | "narrowed" | "retyped"> {
  if (from === to) return "same";
  if (holds(to, from)) return "widened";
  return holds(from, to) || areNumbers(from, to) ? "narrowed" : "retyped";
}

const SHARE = { same: 1, widened: 1, narrowed: 0.5, retyped: 0 } as const;
const LIKE_ENOUGH = 0.75;

const TEXTS: Readonly<Record<"same" | "widened" | "narrowed" | "retyped", (from: GraphColumn, to: GraphColumn) => string>> = {
  same: (from) => `${from.name} stays ${from.type}.`,
  widened: (from, to) => `${from.name} becomes ${to.type} instead of ${from.type}; every value fits.`,
  narrowed: (from, to) => `${from.name} becomes ${to.type} instead of ${from.type}; values that do not fit are lost or refused.`,
  retyped: (from, to) => `${from.name} becomes ${to.type} instead of ${from.type}; values have to be converted one by one.`,
};

function compareColumn(from: GraphColumn, to: GraphColumn): Change {
  const change = typeChange(from.type, to.type);
  return { from, to, change, isBreaking: change === "narrowed" || change === "retyped", message: TEXTS[change](from, to) };
}

interface Pair {
  readonly from: GraphColumn;
  readonly to: GraphColumn;
  readonly likeness: number;
}

/** Columns of two lists that are probably one, the likeliest first, each at most once. */
function renamedPairs(from: readonly GraphColumn[], to: readonly GraphColumn[]): readonly Pair[] {
  const pairs = from
    .flatMap((a) => to.map((b): Pair => ({ from: a, to: b, likeness: nameLikeness(a.name, b.name) * (typeChange(a.type, b.type) === "retyped" ? 0.5 : 1) })))
    .filter(({ likeness }) => likeness >= LIKE_ENOUGH)
    .toSorted((a, b) => b.likeness - a.likeness);
  const taken = new Set<GraphColumn>();
  return pairs.filter((pair) => {
    if (taken.has(pair.from) || taken.has(pair.to)) return false;
    taken.add(pair.from).add(pair.to);
    return true;
  });
}

/** More would take long to pair and mean that it is another table anyway. */
const MOST_PAIRED = 500;

/** How the columns of one schema fit into another: what a load from the first into the second would keep. */
export function compareSchemas(from: readonly GraphColumn[], to: readonly GraphColumn[]): SchemaComparison {
  const target = new Map(to.map((column) => [column.name.toLowerCase(), column]));
  const source = new Set(from.map((column) => column.name.toLowerCase()));
  const gone = from.filter((column) => !target.has(column.name.toLowerCase()));
  const made = to.filter((column) => !source.has(column.name.toLowerCase()));
  const pairs = new Map(gone.length * made.length > MOST_PAIRED ** 2 ? [] : renamedPairs(gone, made).map((pair) => [pair.from, pair]));
  let kept = 0;
  const columns = from.map((column): Change => {
    const same = target.get(column.name.toLowerCase());
    if (same !== undefined) {
      const change = compareColumn(column, same);
      kept += SHARE[change.change as keyof typeof SHARE];
      return change;
    }
    const pair = pairs.get(column);
    if (pair === undefined)
      return { from: column, to: null, change: "removed", isBreaking: true, message: `${column.name} has no counterpart; its values are not taken over.` };
    kept += pair.likeness * SHARE[typeChange(column.type, pair.to.type)];
    const type = column.type === pair.to.type ? "" : ` and becomes ${pair.to.type} instead of ${column.type}`;
    return { from: column, to: pair.to, change: "renamed", isBreaking: true, message: `${column.name} is probably ${pair.to.name} now${type}.` };
  });
  const paired = new Set([...pairs.values()].map((pair) => pair.to));
  const added = made
    .filter((column) => !paired.has(column))
    .map(
      (column): Change => ({ from: null, to: column, change: "added", isBreaking: false, message: `${column.name} is new; it is empty for rows from before.` }),
    );
  const score = from.length === 0 ? 1 : Math.round((kept / from.length) * 1000) / 1000;
  return { score, columns: [...columns, ...added] };
}
