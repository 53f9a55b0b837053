import type { ChangeDiff, ChangedRow } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import MessageSquare from "lucide-react/icons/message-square";
import { type DiffChoice, diffCardsQuery } from "../../api/change-diff.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { KIND_MARKS } from "../changes/change-words.ts";
import { Letter } from "../changes/count-marks.tsx";
import { damageText, Value } from "./diff-cell.tsx";
import classes from "./diff.module.css";

interface DiffCardsProps {
  readonly change: string;
  readonly digest: string | null;
  readonly choice: DiffChoice;
  readonly onOpen: (row: ChangedRow, column: string | undefined) => void;
}

/** Changed rows for a narrow screen: a card each, with nothing but its key and what changes. */
export function DiffCards({ change, digest, choice, onOpen }: DiffCardsProps) {
  const query = useInfiniteQuery(diffCardsQuery(change, choice, digest));
  const first = query.data?.pages[0];
  if (query.error !== null && first === undefined) return <ErrorNote error={query.error} onRetry={() => void query.refetch()} />;
  if (first === undefined) return <PageSkeleton />;
  const rows = query.data?.pages.flatMap(({ changes }) => changes) ?? [];
  if (rows.length === 0) return <EmptyState small title="No row is like that" text="Clear the filters to see every changed row." />;
  return (
    <>
      <ul className={classes.rowCards} aria-label="Changed rows">
        {rows.map((row, index) => (
          // A row without a key has no identity but its place among the rows of this revision, which never changes.
          <li key={row.key === null ? index : JSON.stringify(row.key)}>
            <RowCard row={row} diff={first} onOpen={onOpen} />
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button variant="default" size="sm" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more rows
        </Button>
      )}
    </>
  );
}

/** Of whole rows that come or go, only so many cells are told on a card. */
const TOLD = 6;

function placesOf(row: ChangedRow): readonly number[] {
  if (row.kind === "modified") return row.changed.flatMap((is, place) => (is || row.damage[place] != null ? [place] : []));
  const cells = row.new ?? row.old ?? [];
  return cells.flatMap((value, place) => (value === null ? [] : [place])).slice(0, TOLD);
}

function RowCard({ row, diff, onOpen }: { readonly row: ChangedRow; readonly diff: ChangeDiff; readonly onOpen: DiffCardsProps["onOpen"] }) {
  const isFormat = row.kind === "modified" && row.class === "format";
  const places = placesOf(row);
  return (
    <button type="button" className={classes.rowCard} data-kind={row.kind} onClick={() => onOpen(row, diff.columns[places[0] ?? 0]?.name)}>
      <span className={classes.rowCardHead}>
        <Letter kind={isFormat ? "format" : row.kind} />
        <strong>{row.key === null ? KIND_MARKS[row.kind].word : row.key.map((part) => part ?? "null").join(", ")}</strong>
        {row.comments > 0 && (
          <span className={classes.cardComments}>
            <MessageSquare size={13} aria-hidden="true" /> {row.comments}
            <span className="g-hidden"> comments</span>
          </span>
        )}
      </span>
      {places.map((place) => (
        <span key={place} className={classes.rowCardCell}>
          <span className="g-soft">{diff.columns[place]?.name}</span>
          <CardCell row={row} place={place} />
        </span>
      ))}
    </button>
  );
}

function CardCell({ row, place }: { readonly row: ChangedRow; readonly place: number }) {
  const [before, after] = [row.old?.[place], row.new?.[place]];
  const damage = row.damage[place];
  if (row.kind !== "modified")
    return (
      <span>
        <Value text={after ?? before} />
      </span>
    );
  if (row.changed[place] !== true && damage != null) return <span className={classes.damageNote}>{damageText(damage, after, before)}</span>;
  return (
    <span className={classes.fieldPair}>
      <del>
        <Value text={before} />
      </del>
      <ins>
        <Value text={after} />
      </ins>
    </span>
  );
}
