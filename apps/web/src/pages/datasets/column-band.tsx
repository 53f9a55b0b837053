import type { Column, ColumnStats, FilterCondition, RowFilter } from "@granary/protocol";
import { useFormat } from "../../kit/format.tsx";
import { hasAll } from "./conditions.ts";
import classes from "./rows.module.css";

/** Height of the band in pixels, as its style has it. */
export const BAND_HEIGHT = 56;

interface BandBar {
  readonly label: string;
  readonly count: number;
  readonly conditions: readonly FilterCondition[];
}

const SCALE = /^decimal\(\d+,\s*(\d+)\)$/i;

/**
 * The edge of a bin as a value its column can hold, rounded down: no value lies between the two, so that "above" and "up to" mean the same rows.
 * Edges are computed in floating point and would otherwise be no whole number, or have more digits than a decimal.
 */
export function edgeValue(edge: string, { type, storedType }: Pick<Column, "type" | "storedType">): string {
  const digits = type === "integer" ? 0 : Number(SCALE.exec(storedType)?.[1] ?? Number.NaN);
  if (Number.isNaN(digits) || !/[.e]/i.test(edge)) return edge;
  const unit = 10 ** digits;
  const lower = Math.floor(Number(edge) * unit) / unit;
  return digits === 0 ? String(BigInt(lower)) : lower.toFixed(digits);
}

/** The rows above `from` up to `to`; `from` itself belongs to the first. */
function barsOf({ name, bins, top }: ColumnStats, column: Pick<Column, "type" | "storedType">): readonly BandBar[] {
  if (bins.length === 0) return top.map(({ value, count }) => ({ label: value, count, conditions: [{ column: name, op: "eq", value }] }));
  return bins.map(({ from, to, count }, index) => {
    const [lower, upper] = [edgeValue(from, column), edgeValue(to, column)];
    return {
      label: `${lower} to ${upper}`,
      count,
      conditions: [
        { column: name, op: index === 0 ? "ge" : "gt", value: lower },
        { column: name, op: "le", value: upper },
      ],
    };
  });
}

interface ColumnBandProps {
  readonly column: Pick<Column, "type" | "storedType"> | undefined;
  readonly stats: ColumnStats | undefined;
  readonly filter: RowFilter | undefined;
  readonly onPick: (column: string, conditions: readonly FilterCondition[]) => void;
}

/** What a column holds, under its name: how much is missing, how many values there are, and their distribution, whose bars filter. */
export function ColumnBand({ column, stats, filter, onPick }: ColumnBandProps) {
  const format = useFormat();
  if (stats === undefined || column === undefined) return <div className={classes.band} data-waiting />;
  const bars = barsOf(stats, column);
  const most = Math.max(1, ...bars.map(({ count }) => count));
  // Values that are all there once have no distribution to show.
  const drawn = stats.bins.length === 0 && most === 1 ? [] : bars;
  const share = stats.rows === 0 ? 0 : stats.nulls / stats.rows;
  return (
    <div className={classes.band}>
      <div className={classes.bars}>
        {drawn.map((bar) => (
          <button
            key={JSON.stringify(bar.conditions)}
            type="button"
            tabIndex={-1}
            className={classes.bar}
            aria-pressed={hasAll(filter, bar.conditions)}
            aria-label={`${stats.name} ${bar.label}: ${format.number(bar.count)} rows`}
            title={`${bar.label}: ${format.number(bar.count)} rows`}
            onClick={() => onPick(stats.name, bar.conditions)}
          >
            <span style={{ height: `${bar.count === 0 ? 0 : Math.max(6, (bar.count / most) * 100)}%` }} />
          </button>
        ))}
      </div>
      <div className={classes.bandWords}>
        <span title={`${format.number(stats.nulls)} of ${format.number(stats.rows)} missing`}>{nullWords(share)}</span>
        {stats.distinct !== null && <span title={distinctTitle(stats, format.number(stats.distinct))}>{distinctWords(stats, stats.distinct)}</span>}
      </div>
    </div>
  );
}

function nullWords(share: number): string {
  if (share === 0) return "no null";
  const percent = share * 100;
  return `${percent < 1 ? "<1" : Math.min(percent < 100 ? 99 : 100, Math.round(percent))}% null`;
}

const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

function distinctWords({ rows, nulls, isDistinctApproximate }: ColumnStats, distinct: number): string {
  if (!isDistinctApproximate && distinct > 1 && distinct === rows - nulls) return "unique";
  return `${isDistinctApproximate ? "≈" : ""}${SHORT.format(distinct)} distinct`;
}

const distinctTitle = ({ isDistinctApproximate }: ColumnStats, distinct: string) => `${distinct} different values${isDistinctApproximate ? ", estimated" : ""}`;
