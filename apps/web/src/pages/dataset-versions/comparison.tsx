import type { Dataset, DatasetDifference } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type ChangeKindChoice, differenceQuery } from "../../api/dataset-versions.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { ChangedRows } from "./changed-rows.tsx";
import classes from "./versions.module.css";

interface ComparisonProps {
  readonly dataset: Dataset;
  readonly from: string;
  readonly to: string;
  readonly onBack: () => void;
}

const KINDS: readonly { readonly kind: ChangeKindChoice; readonly title: string }[] = [
  { kind: "added", title: "added" },
  { kind: "removed", title: "removed" },
  { kind: "modified", title: "changed" },
];

/** What differs between two versions: counts, columns, and the rows themselves. */
export function Comparison({ dataset, from, to, onBack }: ComparisonProps) {
  const [kind, setKind] = useState<ChangeKindChoice>();
  const all = useInfiniteQuery(differenceQuery(dataset.id, from, to, undefined));
  const some = useInfiniteQuery({ ...differenceQuery(dataset.id, from, to, kind), enabled: kind !== undefined });
  const shown = kind === undefined ? all : some;
  const summary = all.data?.pages[0];
  const changes = shown.data?.pages.flatMap((page) => page.changes);
  const back = (
    <Button size="xs" variant="default" onClick={onBack}>
      Back to all versions
    </Button>
  );
  if (all.error !== null)
    return (
      <div className={classes.stack}>
        <div>{back}</div>
        <ErrorNote error={all.error} onRetry={() => void all.refetch()} />
      </div>
    );
  return (
    <div className={classes.stack}>
      <div className={classes.bar}>
        <Sides from={from} to={to} difference={summary} />
        {back}
      </div>
      {summary === undefined ? <PageSkeleton /> : <Summary difference={summary} kind={kind} onKind={setKind} />}
      {summary !== undefined && changes !== undefined && <Rows difference={summary} changes={changes} />}
      {shown.hasNextPage && (
        <Button variant="default" size="xs" loading={shown.isFetchingNextPage} onClick={() => void shown.fetchNextPage()} style={{ alignSelf: "center" }}>
          Show more changed rows
        </Button>
      )}
    </div>
  );
}

/** Which versions are compared, and of when they are. */
function Sides({ from, to, difference }: Pick<ComparisonProps, "from" | "to"> & { readonly difference: DatasetDifference | undefined }) {
  if (difference === undefined)
    return (
      <span>
        From <strong>version {from}</strong> to <strong>version {to}</strong>
      </span>
    );
  return (
    <span>
      From <strong>version {from}</strong>, <RelativeTime at={difference.from.at} />, to <strong>version {to}</strong>, <RelativeTime at={difference.to.at} />
    </span>
  );
}

function Rows({ difference, changes }: { readonly difference: DatasetDifference; readonly changes: DatasetDifference["changes"] }) {
  if (changes.length > 0) return <ChangedRows columns={difference.columns} changes={changes} />;
  return (
    <EmptyState title="No row differs" text={difference.columnChanges.length > 0 ? "Only columns do, as told above." : "Both versions hold the same rows."} />
  );
}

interface SummaryProps {
  readonly difference: DatasetDifference;
  readonly kind: ChangeKindChoice | undefined;
  readonly onKind: (kind: ChangeKindChoice | undefined) => void;
}

const COLUMN_WORDS = {
  added: ({ column }) => `${column} is new`,
  dropped: ({ column }) => `${column} is gone`,
  renamed: ({ from, to }) => `${from} is called ${to}`,
  retyped: ({ column, from, to }) => `${column} holds ${to} instead of ${from}`,
} as const satisfies Record<string, (change: DatasetDifference["columnChanges"][number]) => string>;

function Summary({ difference, kind, onKind }: SummaryProps) {
  const format = useFormat();
  const { columnChanges, changedCells, keys } = difference;
  return (
    <>
      <div className={classes.cards}>
        {KINDS.map((item) => (
          <button
            key={item.kind}
            type="button"
            className={classes.card}
            aria-pressed={kind === item.kind}
            disabled={difference[item.kind] === 0}
            onClick={() => onKind(kind === item.kind ? undefined : item.kind)}
          >
            <span className={classes.figure}>{format.number(difference[item.kind])}</span>
            <span className={classes.soft}>rows {item.title}</span>
          </button>
        ))}
        <div className={classes.card} style={{ cursor: "default" }}>
          <span className={classes.figure}>{format.number(difference.unchanged)}</span>
          <span className={classes.soft}>rows the same</span>
        </div>
      </div>
      <div className={classes.notes}>
        {columnChanges.length > 0 && <p>Columns: {columnChanges.map((change) => COLUMN_WORDS[change.kind](change)).join("; ")}.</p>}
        {changedCells.length > 0 && (
          <p>
            Changed most:{" "}
            {changedCells
              .slice(0, 5)
              .map(({ column, rows }) => `${column} in ${format.number(rows)}`)
              .join(", ")}
            .
          </p>
        )}
        <p>
          {keys.length > 0
            ? `Rows are matched by ${keys.join(", ")}.`
            : "The dataset has no key columns, so a changed row counts as one removed and one added. Name key columns to match rows."}
        </p>
      </div>
    </>
  );
}
