import type { ColumnStats, FilterCondition, RowFilter } from "@granary/protocol";
import { type ReactNode, useId } from "react";
import { useFormat } from "../../kit/format.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { type BandBar, ColumnBars, drawnBars } from "../datasets/column-band.tsx";
import { TypeIcon } from "../datasets/type-icon.tsx";
import classes from "./analytics.module.css";
import { type Figures, filledShare, percentOf } from "./figures.ts";
import { ShareBar } from "./type-chart.tsx";

const TOP_SHOWN = 5;

interface ColumnCardProps {
  readonly figures: Figures;
  readonly onRows: (filter: RowFilter) => void;
}

/** One column: how much of it is missing, how many values it has, its extremes, and what it holds most. */
export function ColumnCard({ figures, onRows }: ColumnCardProps) {
  const { column, stats } = figures;
  const title = useId();
  const onPick = (_column: string, conditions: readonly FilterCondition[]) => {
    const [first, ...others] = conditions;
    if (first !== undefined) onRows(others.length === 0 ? first : { and: conditions });
  };
  const bars = drawnBars(stats, column);
  return (
    <article className={classes.card} aria-labelledby={title}>
      <div className={classes.cardHead}>
        <h3 id={title} className={classes.cardName} title={column.name}>
          {column.name}
        </h3>
        <span className={classes.cardType} title={column.storedType}>
          <TypeIcon type={column.type} /> {column.type}
        </span>
      </div>
      {column.masked && (
        <p className={classes.masked}>
          <StatusBadge tone="info">Masked for you</StatusBadge> These figures are of the masked values.
        </p>
      )}
      <div className={classes.chart}>
        {stats.bins.length > 0 && (
          <>
            <ColumnBars name={column.name} bars={bars} filter={undefined} onPick={onPick} isReachable />
            <div className={classes.scale} aria-hidden="true">
              <span>{stats.min}</span>
              <span>{stats.max}</span>
            </div>
          </>
        )}
        {stats.bins.length === 0 && bars.length > 0 && <TopValues stats={stats} bars={bars.slice(0, TOP_SHOWN)} onPick={onPick} />}
        {bars.length === 0 && <p className={classes.none}>{noChart(stats)}</p>}
      </div>
      <CardFacts stats={stats} onMissing={() => onRows({ column: column.name, op: "is_null" })} />
    </article>
  );
}

function noChart({ rows, nulls, distinct }: ColumnStats): string {
  if (rows === nulls) return "No row has a value here.";
  if (distinct === null) return "Nested values have no distribution.";
  return distinct === rows - nulls ? "Every value is there only once." : "No value comes up often.";
}

/** What the least and the greatest value of a type are called. */
function extremesOf(type: ColumnStats["type"]): readonly [string, string] {
  if (type === "date" || type === "timestamp") return ["Earliest", "Latest"];
  return type === "text" ? ["First in order", "Last in order"] : ["Lowest", "Highest"];
}

interface TopValuesProps {
  readonly stats: ColumnStats;
  readonly bars: readonly BandBar[];
  readonly onPick: (column: string, conditions: readonly FilterCondition[]) => void;
}

function TopValues({ stats, bars, onPick }: TopValuesProps) {
  const format = useFormat();
  const most = Math.max(1, ...bars.map(({ count }) => count));
  return (
    <ul className={classes.top} aria-label={`Most frequent values of ${stats.name}`}>
      {bars.map((bar) => (
        <li key={bar.label}>
          <button type="button" className={classes.topValue} title={bar.label} onClick={() => onPick(stats.name, bar.conditions)}>
            <span className={classes.topName}>{bar.label === "" ? <em>empty text</em> : bar.label}</span> <ShareBar share={bar.count / most} />
            <span className={classes.number}>
              {format.number(bar.count)} <span className="g-hidden">rows. Show these rows</span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function CardFacts({ stats, onMissing }: { readonly stats: ColumnStats; readonly onMissing: () => void }) {
  const format = useFormat();
  const { rows, nulls, distinct, isDistinctApproximate, min, max, mean } = stats;
  const [least, greatest] = extremesOf(stats.type);
  const missing = `${format.number(percentOf(1 - filledShare(stats)))}%`;
  return (
    <dl className={classes.facts}>
      <Fact term="Missing">
        {nulls === 0 ? (
          "none"
        ) : (
          <button type="button" className={classes.link} onClick={onMissing} title={`${format.number(nulls)} of ${format.number(rows)}; show these rows`}>
            {missing} ({format.number(nulls)})
          </button>
        )}
      </Fact>
      {distinct !== null && (
        <Fact term="Different values">
          {isDistinctApproximate && "about "}
          {format.number(distinct)}
        </Fact>
      )}
      {min !== null && <Fact term={least}>{min}</Fact>}
      {max !== null && <Fact term={greatest}>{max}</Fact>}
      {mean !== null && <Fact term="Mean">{format.number(mean)}</Fact>}
    </dl>
  );
}

function Fact({ term, children }: { readonly term: string; readonly children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{term}</dt>
      <dd title={typeof children === "string" ? children : undefined}>{children}</dd>
    </div>
  );
}
