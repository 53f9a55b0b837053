import type { Column, ColumnStats, RowFilter } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useState } from "react";
import { EmptyState } from "../../kit/empty-state.tsx";
import { useFormat } from "../../kit/format.tsx";
import { Panel } from "../../kit/panel.tsx";
import classes from "./analytics.module.css";
import { ColumnCard } from "./column-card.tsx";
import { CompletenessList } from "./completeness-list.tsx";
import { cellsOf, type Figures, figuresOf, filledShare, percentOf, typesOf } from "./figures.ts";
import { TypeChart } from "./type-chart.tsx";

const CARDS = 24;

interface AnalyticsViewProps {
  readonly columns: readonly Column[];
  /** Of the columns that are described already. */
  readonly stats: readonly ColumnStats[];
  readonly rows: number;
  /** Shows the rows that fit. */
  readonly onRows: (filter: RowFilter) => void;
  /** Describes more columns; absent when all are. */
  readonly onMore?: (() => void) | undefined;
  readonly isLoadingMore?: boolean;
}

/** What a dataset holds: its types, how complete it is, and each column by itself. */
export function AnalyticsView({ columns, stats, rows, onRows, onMore, isLoadingMore = false }: AnalyticsViewProps) {
  const figures = figuresOf(columns, stats);
  const format = useFormat();
  const masked = columns.filter((column) => column.masked).length;
  return (
    <div className={classes.stack}>
      <Summary rows={rows} columns={columns.length} figures={figures} />
      {masked > 0 && (
        <p className={classes.note}>
          {masked === 1 ? "One column is" : `${format.number(masked)} columns are`} masked for you. Figures are of what you see, not of what is stored.
        </p>
      )}
      {onMore !== undefined && (
        <p className={classes.note}>
          {format.number(figures.length)} of {format.number(columns.length)} columns are described so far.{" "}
          <Button variant="default" size="compact-xs" loading={isLoadingMore} onClick={onMore}>
            Describe more columns
          </Button>
        </p>
      )}
      <div className={classes.panels} data-single={rows === 0 || undefined}>
        <Panel title="Types" text="How many columns there are of each type.">
          <TypeChart types={typesOf(columns)} />
        </Panel>
        {rows > 0 && <CompletenessList figures={figures} onRows={onRows} />}
      </div>
      {rows === 0 ? (
        <EmptyState title="No rows" text="Columns are described when there are rows below their header." />
      ) : (
        <Cards figures={figures} onRows={onRows} />
      )}
    </div>
  );
}

interface SummaryProps {
  readonly rows: number;
  readonly columns: number;
  readonly figures: readonly Figures[];
}

function Summary({ rows, columns, figures }: SummaryProps) {
  const format = useFormat();
  const cells = cellsOf(figures.map(({ stats }) => stats));
  const isPart = figures.length < columns;
  return (
    <dl className={classes.summary}>
      <div>
        <dt>Rows</dt>
        <dd>{format.number(rows)}</dd>
      </div>
      <div>
        <dt>Columns</dt>
        <dd>{format.number(columns)}</dd>
      </div>
      {rows > 0 && (
        <>
          <div>
            <dt>Cells filled{isPart && " so far"}</dt>
            <dd>{format.number(percentOf(filledShare(cells)))}%</dd>
          </div>
          <div>
            <dt>Cells missing{isPart && " so far"}</dt>
            <dd>{format.number(cells.nulls)}</dd>
          </div>
        </>
      )}
    </dl>
  );
}

/** Some columns at first: hundreds of charts at once would take their time, and nobody scrolls them. */
function Cards({ figures, onRows }: { readonly figures: readonly Figures[] } & Pick<AnalyticsViewProps, "onRows">) {
  const format = useFormat();
  const [shown, setShown] = useState(CARDS);
  return (
    <section className={classes.cardsPart} aria-labelledby="column-cards">
      <h2 id="column-cards" className={classes.cardsTitle}>
        Column by column
      </h2>
      <div className={classes.cards}>
        {figures.slice(0, shown).map((item) => (
          <ColumnCard key={item.column.name} figures={item} onRows={onRows} />
        ))}
      </div>
      {figures.length > shown && (
        <Button variant="default" size="xs" style={{ alignSelf: "center" }} onClick={() => setShown(shown + CARDS)}>
          Show {format.number(Math.min(CARDS, figures.length - shown))} more columns
        </Button>
      )}
    </section>
  );
}
