import type { ChangeDiff, ChangeRequest, ChangedRow } from "@granary/protocol";
import { Drawer, SegmentedControl } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { changedRowQuery } from "../../api/change-diff.ts";
import { commentsQuery, useComment } from "../../api/changes.ts";
import { itemsOf } from "../../api/list.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { CommentBox } from "../change-talk/comment-box.tsx";
import { CommentThread } from "../change-talk/comment-thread.tsx";
import { threadsOf, threadsOfRow } from "../change-talk/threads.ts";
import { KIND_MARKS } from "../changes/change-words.ts";
import { Letter } from "../changes/count-marks.tsx";
import { damageText, Value } from "./diff-cell.tsx";
import classes from "./diff.module.css";
import { WordDiffView } from "./word-diff-view.tsx";

interface RowPanelProps {
  readonly change: ChangeRequest;
  readonly columns: ChangeDiff["columns"];
  readonly keys: readonly string[];
  readonly revision: number | undefined;
  /** The key of the row, or the row itself where nothing identifies it. */
  readonly of: { readonly key: readonly (string | null)[] } | { readonly row: ChangedRow };
  /** The column that is looked at. */
  readonly cell: string | undefined;
  /** Whether one came to write a comment. */
  readonly isCommenting: boolean;
  readonly onCell: (column: string) => void;
  readonly onClose: () => void;
}

/** One changed row with every cell whole, and what was said of it. */
export function RowPanel(props: RowPanelProps) {
  const { change, keys, revision, of } = props;
  const key = "key" in of ? of.key : undefined;
  const query = useQuery({ ...changedRowQuery(change.id, { revision, keys, key: key ?? [] }, change.current?.digest ?? null), enabled: key !== undefined });
  const row = "row" in of ? of.row : query.data;
  const title = key === undefined ? "Row" : `Row ${key.map((part) => part ?? "null").join(", ")}`;
  return (
    <Drawer opened onClose={props.onClose} position="right" size="lg" title={title}>
      {query.error === null ? <Shown {...props} row={row} /> : <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
      {key !== undefined && <Said {...props} rowKey={key} />}
    </Drawer>
  );
}

function Shown(props: RowPanelProps & { readonly row: ChangedRow | null | undefined }) {
  const { row } = props;
  if (row === undefined) return <PageSkeleton />;
  return row === null ? <p className="g-soft">This row is not changed in the revision that is shown.</p> : <Cells {...props} row={row} />;
}

/** Texts longer than this, or with line breaks, are compared word by word. */
const LONG = 60;
const isLong = (text: string | null | undefined): text is string => text != null && (text.length > LONG || text.includes("\n"));

function Cells({ columns, row, cell, onCell }: RowPanelProps & { readonly row: ChangedRow }) {
  const places = columns.map((_column, index) => index);
  const isMarked = (place: number) => row.kind !== "modified" || row.changed[place] === true || row.damage[place] != null;
  const sorted = places.toSorted((a, b) => Number(isMarked(b)) - Number(isMarked(a)) || a - b);
  return (
    <>
      <p className={classes.panelKind}>
        <Letter kind={row.kind === "modified" && row.class === "format" ? "format" : row.kind} />
        {row.kind === "modified" && row.class === "format"
          ? "Only formats differ; nothing changes unless they are accepted."
          : `This row is ${KIND_MARKS[row.kind].word}.`}
        {row.copies > 1 && ` It is there ${row.copies} times.`}
      </p>
      <dl className={classes.fields}>
        {sorted.map((place) => (
          <div
            key={columns[place]?.name}
            className={classes.field}
            data-chosen={columns[place]?.name === cell || undefined}
            data-changed={isMarked(place) || undefined}
          >
            <dt>
              <button type="button" onClick={() => onCell(columns[place]?.name ?? "")}>
                {columns[place]?.name}
              </button>
            </dt>
            <dd>
              <Cell row={row} place={place} />
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Cell({ row, place }: { readonly row: ChangedRow; readonly place: number }) {
  const [before, after] = [row.old?.[place], row.new?.[place]];
  const damage = row.damage[place];
  if (row.kind !== "modified") return <Value text={after ?? before} />;
  if (row.changed[place] === true && before != null && after != null && (isLong(before) || isLong(after)))
    return <WordDiffView before={before} after={after} />;
  if (row.changed[place] === true)
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
  return (
    <>
      <Value text={before} />
      {damage != null && <span className={classes.damageNote}>{damageText(damage, after, before)}</span>}
    </>
  );
}

function Said({ change, cell, isCommenting, rowKey }: RowPanelProps & { readonly rowKey: readonly (string | null)[] }) {
  const query = useInfiniteQuery(commentsQuery(change.id));
  const comment = useComment();
  const [scope, setScope] = useState<"row" | "cell">("cell");
  const threads = threadsOfRow(threadsOf(itemsOf(query.data)), rowKey);
  const column = scope === "cell" ? cell : undefined;
  return (
    <section className={classes.said} aria-label="Comments on this row">
      <h3 className={classes.railTitle}>Comments</h3>
      {query.error !== null && <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data !== undefined && threads.length === 0 && <p className="g-soft">Nothing was said about this row.</p>}
      {threads.map((thread) => (
        <CommentThread key={thread.root.id} change={change.id} thread={thread} canAnswer={change.can.comment} />
      ))}
      {change.can.comment && (
        <CommentBox
          label={column === undefined ? "Comment on this row" : `Comment on ${column}`}
          action="Comment"
          hasFocus={isCommenting}
          send={(body) => comment.mutateAsync({ change: change.id, body: { body, rowKey: [...rowKey], ...(column !== undefined && { column }) } })}
          beside={
            cell !== undefined && (
              <SegmentedControl
                size="xs"
                aria-label="What the comment is about"
                value={scope}
                onChange={(value) => setScope(value === "row" ? "row" : "cell")}
                data={[
                  { value: "cell", label: cell },
                  { value: "row", label: "Whole row" },
                ]}
              />
            )
          }
        />
      )}
    </section>
  );
}
