import type { Column, SqlQuery } from "@granary/protocol";
import { SegmentedControl, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { chartRowsQuery } from "../../api/sql.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { chartData, type ChartChoice, type ChartKind, firstChoice, isNumber } from "./chart-data.ts";
import { ChartPicture } from "./chart-picture.tsx";
import classes from "./sql.module.css";

const KINDS: { readonly value: ChartKind; readonly label: string }[] = [
  { value: "bars", label: "Bars" },
  { value: "line", label: "Line" },
  { value: "points", label: "Points" },
];
/** More bars than this cannot be told apart. */
const MAX_BARS = 60;

/** A picture of two columns of a result. */
export function ChartTab({ query }: { readonly query: SqlQuery }) {
  const first = useMemo(() => firstChoice(query.columns ?? []), [query.columns]);
  const { data, error, refetch } = useQuery({ ...chartRowsQuery(query.id), enabled: first !== undefined && query.expiresAt !== null });
  if (query.expiresAt === null) return <EmptyState small title="These rows are not kept any more" text="Run the query again to draw them." />;
  if (first === undefined) return <EmptyState small title="Nothing to draw" text="A chart needs a column of numbers. Count or sum something." />;
  if (error !== null) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <PageSkeleton />;
  return <Chart key={query.id} columns={query.columns ?? []} rows={data} total={query.rows ?? 0} first={first} />;
}

interface ChartProps {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly total: number;
  readonly first: ChartChoice;
}

function Chart({ columns, rows, total, first }: ChartProps) {
  const [{ kind, x, y }, setChosen] = useState(first);
  const shown = kind === "bars" ? rows.slice(0, MAX_BARS) : rows;
  const drawn = chartData(kind, shown, columns, { x, y });
  const choose = (change: Partial<ChartChoice>) => setChosen({ kind, x, y, ...change });
  const all = columns.map(({ name }, index) => ({ value: String(index), label: name }));
  const numbers = all.filter((_, index) => columns[index] !== undefined && isNumber(columns[index]));
  return (
    <div className={classes.chart}>
      <div className={classes.chartChoice}>
        <SegmentedControl size="xs" aria-label="Kind of chart" data={KINDS} value={kind} onChange={(value) => choose({ kind: value as ChartKind })} />
        <Select size="xs" aria-label="Across" data={all} value={String(x)} allowDeselect={false} onChange={(value) => choose({ x: Number(value) })} />
        <Select size="xs" aria-label="Upwards" data={numbers} value={String(y)} allowDeselect={false} onChange={(value) => choose({ y: Number(value) })} />
      </div>
      <ChartPicture kind={kind} data={drawn} names={{ x: columns[x]?.name ?? "", y: columns[y]?.name ?? "" }} />
      <Notes shown={shown.length} total={total} left={drawn.left} />
    </div>
  );
}

/** What the picture leaves out. */
function Notes({ shown, total, left }: { readonly shown: number; readonly total: number; readonly left: number }) {
  const format = useFormat();
  return (
    <p className={classes.hint}>
      {total > shown && `The first ${format.number(shown)} of ${format.number(total)} rows. `}
      {left > 0 && `${format.number(left)} ${left === 1 ? "row has" : "rows have"} no number to draw.`}
    </p>
  );
}
