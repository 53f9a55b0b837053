import type { Column, ColumnStats, FilterCondition, RowFilter } from "@granary/protocol";
import { type KeyboardEvent, useState } from "react";
import { useFormat } from "../../kit/format.tsx";
import { hasAll } from "./conditions.ts";
import classes from "./rows.module.css";

/** Height of the band in pixels, as its style has it. */
export const BAND_HEIGHT = 56;

export interface BandBar {
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

interface ColumnBarsProps extends Pick<ColumnBandProps, "filter" | "onPick"> {
  readonly name: string;
  readonly bars: readonly BandBar[];
  /** Whether the keyboard gets there: Tab to the bars, arrows from one to the next. In a grid the cells have the keyboard. */
  readonly isReachable?: boolean;
}

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

/** The distribution of a column; each bar filters by what it stands for. */
export function ColumnBars({ name, bars, filter, onPick, isReachable = false }: ColumnBarsProps) {
  const format = useFormat();
  const [reached, setReached] = useState(0);
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const at = reached + (STEPS[event.key] ?? 0);
    if (at === reached || at < 0 || at >= bars.length) return;
    event.preventDefault();
    setReached(at);
    (event.currentTarget.children[at] as HTMLElement | undefined)?.focus();
  };
  return (
    <div className={classes.bars} {...(isReachable && { role: "group", "aria-label": `Distribution of ${name}`, onKeyDown })}>
      {bars.map((bar, index) => (
        <button
          key={JSON.stringify(bar.conditions)}
          type="button"
          tabIndex={isReachable && index === reached ? 0 : -1}
          className={classes.bar}
          aria-pressed={hasAll(filter, bar.conditions)}
          aria-label={`${name} ${bar.label}: ${format.number(bar.count)} rows`}
          title={`${bar.label}: ${format.number(bar.count)} rows`}
          onClick={() => onPick(name, bar.conditions)}
        >
          <span style={{ height: `${bar.count === 0 ? 0 : Math.max(6, (bar.count / most) * 100)}%` }} />
        </button>
      ))}
    </div>
  );
}

/** The bars worth drawing: values that are all there once have no distribution to show. */
export function drawnBars(stats: ColumnStats, column: Pick<Column, "type" | "storedType">): readonly BandBar[] {
  const bars = barsOf(stats, column);
  return stats.bins.length === 0 && bars.every(({ count }) => count <= 1) ? [] : bars;
}

/** What a column holds, under its name: how much is missing, how many values there are, and their distribution, whose bars filter. */
export function ColumnBand({ column, stats, filter, onPick }: ColumnBandProps) {
  const format = useFormat();
  if (stats === undefined || column === undefined) return <div className={classes.band} data-waiting />;
  const share = stats.rows === 0 ? 0 : stats.nulls / stats.rows;
  return (
    <div className={classes.band}>
      <ColumnBars name={stats.name} bars={drawnBars(stats, column)} filter={filter} onPick={onPick} />
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
