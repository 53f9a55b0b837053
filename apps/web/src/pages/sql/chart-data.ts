import type { Column } from "@granary/protocol";

export type ChartKind = "bars" | "line" | "points";

export interface ChartPoint {
  readonly label: string;
  /** Where it stands from left to right: its value, or its place among the others. */
  readonly x: number;
  readonly y: number;
}

export interface ChartData {
  readonly points: readonly ChartPoint[];
  /** Whether `x` are values that are spaced as they are; otherwise each label has its own place. */
  readonly isScaled: boolean;
  /** Rows without a number to draw. */
  readonly left: number;
}

type Cells = readonly (string | null)[];

const NUMBERS: ReadonlySet<Column["type"]> = new Set(["integer", "decimal", "number"]);
export const isNumber = ({ type }: Column): boolean => NUMBERS.has(type);
const isTime = ({ type }: Column): boolean => type === "date" || type === "timestamp";

function numberOf(cell: string | null | undefined): number {
  return cell === null || cell === undefined || cell.trim() === "" ? Number.NaN : Number(cell);
}

const instantOf = (cell: string | null | undefined): number =>
  Date.parse(`${(cell ?? "").replace(" ", "T").replace(/[+-]\d{2}(:?\d{2})?$/, "")}${/T|\s/.test(cell ?? "") ? "Z" : ""}`);

/** The rows of two columns as points. Bars have a place of their own each; lines and points stand where their values are. */
export function chartData(kind: ChartKind, rows: readonly Cells[], columns: readonly Column[], places: { readonly x: number; readonly y: number }): ChartData {
  const column = columns[places.x];
  const isScaled = kind !== "bars" && column !== undefined && (isNumber(column) || isTime(column));
  const xOf = column !== undefined && isTime(column) ? instantOf : numberOf;
  const points = rows.flatMap((row, index): ChartPoint[] => {
    const y = numberOf(row[places.y]);
    const x = isScaled ? xOf(row[places.x]) : index;
    return Number.isFinite(y) && Number.isFinite(x) ? [{ label: row[places.x] ?? "null", x, y }] : [];
  });
  const sorted = isScaled ? points.toSorted((one, other) => one.x - other.x) : points;
  return { points: sorted, isScaled, left: rows.length - points.length };
}

/** Which columns are drawn, and how. */
export interface ChartChoice {
  readonly kind: ChartKind;
  readonly x: number;
  readonly y: number;
}

/** What to draw at first: times and texts from left to right, the first number upwards. */
export function firstChoice(columns: readonly Column[]): ChartChoice | undefined {
  const time = columns.findIndex(isTime);
  const other = columns.findIndex((column) => !isNumber(column));
  const first = time >= 0 ? time : other >= 0 ? other : 0;
  const y = columns.findIndex((column, index) => isNumber(column) && index !== first);
  if (y < 0) {
    const only = columns.findIndex(isNumber);
    return only < 0 ? undefined : { kind: "bars", x: only, y: only };
  }
  return { kind: time >= 0 ? "line" : other >= 0 ? "bars" : "points", x: first, y };
}

/** What is lost when decimals are divided. */
const ROUNDING = 1e-9;

/** About `count` round numbers from `low` to `high`, for an axis. */
export function ticksOf(low: number, high: number, count = 5): readonly number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step - ROUNDING);
  const last = Math.floor(high / step + ROUNDING);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}
