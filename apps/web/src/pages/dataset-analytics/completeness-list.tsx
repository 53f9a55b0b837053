import type { RowFilter } from "@granary/protocol";
import { Button, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useFormat } from "../../kit/format.tsx";
import { Panel } from "../../kit/panel.tsx";
import classes from "./analytics.module.css";
import { type Figures, filledShare, percentOf, worstFirst } from "./figures.ts";
import { ShareBar } from "./type-chart.tsx";

const SHOWN = 10;
const MORE = 100;

const ORDERS = [
  { value: "worst", label: "Worst first" },
  { value: "own", label: "In their order" },
];

interface CompletenessListProps {
  readonly figures: readonly Figures[];
  readonly onRows: (filter: RowFilter) => void;
}

/** How much of each column is filled; a column with gaps leads to the rows that have them. */
export function CompletenessList({ figures, onRows }: CompletenessListProps) {
  const format = useFormat();
  const [order, setOrder] = useState("worst");
  const [shown, setShown] = useState(SHOWN);
  const sorted = order === "worst" ? worstFirst(figures) : figures;
  const whole = figures.filter(({ stats }) => stats.nulls === 0).length;
  return (
    <Panel
      title="Completeness"
      text={`${format.number(whole)} of ${format.number(figures.length)} columns have a value in every row.`}
      actions={<SegmentedControl size="xs" aria-label="Order of the columns" data={ORDERS} value={order} onChange={setOrder} />}
    >
      <ul className={classes.gaps} aria-label="Completeness of columns">
        {sorted.slice(0, shown).map((item) => (
          <Gap key={item.column.name} item={item} onRows={onRows} />
        ))}
      </ul>
      {sorted.length > shown && (
        <Button variant="default" size="xs" mt={10} onClick={() => setShown(shown + MORE)}>
          Show {format.number(Math.min(MORE, sorted.length - shown))} more
        </Button>
      )}
    </Panel>
  );
}

function Gap({ item, onRows }: { readonly item: Figures } & Pick<CompletenessListProps, "onRows">) {
  const format = useFormat();
  const { name } = item.column;
  const { nulls } = item.stats;
  const share = filledShare(item.stats);
  const percent = `${format.number(percentOf(share))}%`;
  const words = `${format.number(nulls)} missing`;
  const parts = (
    <>
      <span className={classes.gapName} title={name}>
        {name}
      </span>{" "}
      <ShareBar share={share} />
      <span className={classes.number}>
        {percent} <span className="g-hidden">filled{nulls > 0 && `, ${words}. Show these rows`}</span>
      </span>
    </>
  );
  if (nulls === 0) return <li className={classes.gap}>{parts}</li>;
  return (
    <li>
      <button type="button" className={classes.gap} title={`${words}; show these rows`} onClick={() => onRows({ column: name, op: "is_null" })}>
        {parts}
      </button>
    </li>
  );
}
