import { problem } from "@granary/protocol";
import type { JsonValue, Row } from "../process/messages.ts";
import {
  call,
  cast,
  column,
  type Expression,
  listTransform,
  literal,
  parameter,
  type Query,
  type Relation,
  type SelectItem,
  structPack,
} from "../sql/index.ts";
import type { ColumnProfile, ProfiledColumn, ProfileOptions } from "./column-profile.ts";
import { positionText } from "./position-text.ts";
import { calm, estimatedDistinct, isEmptyText, isInfinite, isNotNumber, isWild, ordered, positionOf, topCandidate, type Traits, traitsOf } from "./traits.ts";

const DEFAULT_QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95] as const;
const MAX_TOP = 100;
const MAX_BINS = 200;

/** Options with nothing left open. */
export interface ProfileShape {
  readonly quantiles: readonly number[];
  readonly top: number;
  readonly bins: number;
  readonly spread: "width" | "depth";
}

/** Throws `engine.statement_invalid` for more than 100 values or 200 bins. */
export function profileShape(options: ProfileOptions): ProfileShape {
  const { quantiles = DEFAULT_QUANTILES, top = 10, bins = 20, spread = "width" } = options;
  const isCount = (value: number, most: number): boolean => Number.isInteger(value) && value >= 1 && value <= most;
  if (!isCount(top, MAX_TOP) || !isCount(bins, MAX_BINS))
    throw problem("engine.statement_invalid", { reason: `a profile has 1-${MAX_TOP} values and 1-${MAX_BINS} bins` });
  return { quantiles, top, bins, spread };
}

export const columnKey = (index: number): string => `c${index}`;

/** The columns under names of their own, each computed once however often it is looked at. */
export function seenColumns(from: Relation, columns: readonly ProfiledColumn[]): Relation {
  const items = columns.map((item, index): SelectItem => ({ expression: item.value, as: columnKey(index) }));
  return { kind: "query", query: { kind: "select", items, from } };
}

/** Inner ends of bins that hold about as many rows each. */
const depthShares = ({ bins, spread }: ProfileShape): readonly number[] =>
  spread === "width" ? [] : Array.from({ length: bins - 1 }, (_, index) => (index + 1) / bins);

const count = (condition: Expression): Expression => call("count_if", condition);
const NOTHING = literal(null);

function figuresOf(traits: Traits, position: Expression | undefined, shape: ProfileShape): readonly (readonly [string, Expression])[] {
  if (position === undefined) return [];
  const shares = [...shape.quantiles, ...depthShares(shape)];
  return [
    ["low", call("min", position)],
    ["high", call("max", position)],
    ["wild", count(isWild(position))],
    ["mean", traits.isNumber ? call("avg", calm(position)) : NOTHING],
    ["stddev", traits.isNumber ? call("stddev", calm(position)) : NOTHING],
    ["places", shares.length === 0 ? NOTHING : call("approx_quantiles", calm(position), call("list_of", ...shares.map(literal)))],
  ];
}

function factsOf(item: ProfiledColumn, value: Expression, shape: ProfileShape): Expression {
  const traits = traitsOf(item.type);
  const facts: (readonly [string, Expression])[] = [["values", call("count", value)]];
  if (traits.isSimple) {
    facts.push(["distinct", estimatedDistinct(value)]);
    for (const end of ["min", "max"] as const) facts.push([end, traits.show(call(end, ordered(traits, value)))]);
  }
  if (item.type.kind === "text") facts.push(["empty", count(isEmptyText(value))]);
  if (traits.isFloating) facts.push(["notNumbers", count(isNotNumber(value))], ["infinite", count(isInfinite(value))]);
  if (traits.hasTop) facts.push(["top", shownTop(item, value, shape)]);
  facts.push(...figuresOf(traits, positionOf(traits, value), shape));
  return structPack(facts.map(([name, expression]) => ({ name, value: expression })));
}

function shownTop(item: ProfiledColumn, value: Expression, shape: ProfileShape): Expression {
  const top = call("approx_top", topCandidate(item.type, value), literal(shape.top));
  return listTransform(top, "value", cast(parameter("value"), { kind: "text" }));
}

/**
 * One pass over a relation: all figures of the columns, in one row that `readProfile` understands. Whatever the
 * relation and the columns' expressions hide or mask stays hidden.
 */
export function profileQuery(from: Relation, columns: readonly ProfiledColumn[], shape: ProfileShape): Query {
  const facts = columns.map((item, index): SelectItem => ({ expression: factsOf(item, column(columnKey(index)), shape), as: columnKey(index) }));
  return { kind: "select", items: [{ expression: call("count_rows"), as: "rows" }, ...facts], from: seenColumns(from, columns) };
}

/** Up to so many values, or different ones as estimated, are told apart exactly. */
const MAX_COUNTED_VALUES = 100_000;

/** A profile before its frequent values are counted and its bins filled. */
export interface ProfileDraft {
  readonly profile: ColumnProfile;
  readonly frequent: readonly string[];
  /** Rising upper ends of the bins, the lower end of the first one before them. */
  readonly edges: readonly number[];
  readonly countsDistinct: boolean;
}

type Facts = Readonly<Record<string, JsonValue | undefined>>;

const asCount = (value: JsonValue | undefined): number | null => (value === undefined || value === null ? null : Number(value));
const asTextOf = (value: JsonValue | undefined): string | null => (typeof value === "string" ? value : null);

/** Bins of whole numbers are never narrower than one. */
function widthEdges(item: ProfiledColumn, [low, high]: readonly [number, number], bins: number): readonly number[] {
  const isWhole = item.type.kind === "integer" || item.type.kind === "bigint" || item.type.kind === "date";
  const wanted = isWhole ? Math.min(bins, high - low + 1) : bins;
  // Ends are weighted instead of adding steps: the whole width may be beyond the range of doubles.
  const inner = Array.from({ length: wanted - 1 }, (_, index) => low * (1 - (index + 1) / wanted) + high * ((index + 1) / wanted));
  return [low, ...inner, high];
}

function edgesOf(item: ProfiledColumn, facts: Facts, shape: ProfileShape): readonly number[] {
  const { low, high } = facts;
  if (typeof low !== "number" || typeof high !== "number") return [];
  if (low === high) return [low, high];
  const places = (Array.isArray(facts["places"]) ? facts["places"] : []).slice(shape.quantiles.length).map(Number);
  const edges = shape.spread === "width" ? widthEdges(item, [low, high], shape.bins) : [low, ...places.filter((place) => place > low && place < high), high];
  return edges.filter((edge, index) => index === 0 || edge > (edges[index - 1] ?? edge));
}

function draftOf(item: ProfiledColumn, rows: number, facts: Facts, shape: ProfileShape): ProfileDraft {
  const places: readonly JsonValue[] = Array.isArray(facts["places"]) ? facts["places"] : [];
  const isWhole = Number(facts["wild"] ?? 0) === 0;
  const figure = (value: JsonValue | undefined): number | null => (isWhole && typeof value === "number" ? value : null);
  const quantiles = shape.quantiles.flatMap((share, index) =>
    isWhole && places.length > 0 ? [{ share, value: positionText(item.type, Number(places[index])) }] : [],
  );
  const values = Number(facts["values"] ?? 0);
  const estimate = asCount(facts["distinct"]);
  const profile: ColumnProfile = {
    name: item.name,
    type: item.type,
    rows,
    nulls: rows - values,
    empty: asCount(facts["empty"]),
    distinct: estimate === null ? null : Math.min(estimate, values),
    isDistinctExact: false,
    notNumbers: asCount(facts["notNumbers"]),
    infinite: asCount(facts["infinite"]),
    min: asTextOf(facts["min"]),
    max: asTextOf(facts["max"]),
    mean: figure(facts["mean"]),
    stddev: figure(facts["stddev"]),
    quantiles,
    top: [],
    bins: [],
  };
  const frequent = (Array.isArray(facts["top"]) ? facts["top"] : []).filter((value): value is string => typeof value === "string");
  return { profile, frequent, edges: edgesOf(item, facts, shape), countsDistinct: estimate !== null && Math.min(estimate, values) <= MAX_COUNTED_VALUES };
}

/** Reads the row of `profileQuery`. */
export function readProfile(columns: readonly ProfiledColumn[], row: Row, shape: ProfileShape): readonly ProfileDraft[] {
  const rows = Number(row[0] ?? 0);
  return columns.map((item, index) => draftOf(item, rows, (row[index + 1] ?? {}) as Facts, shape));
}
