import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { readRevisionChanges, revisionShapeQuery } from "../../api/change-diff.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { type GridHandle, PagedSource } from "../../kit/grid/index.ts";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { DiffGrid } from "./diff-grid.tsx";
import { type DiffRow, diffRows, shapeOf } from "./diff-rows.ts";

const NONE: ReadonlySet<string> = new Set();

interface RevisionDifferenceProps {
  readonly change: string;
  readonly revision: number;
  readonly with: number;
}

/** The rows on which two revisions differ. */
export function RevisionDifference({ change, revision, with: other }: RevisionDifferenceProps) {
  const handle = useRef<GridHandle>(null);
  const { data, error, refetch } = useQuery(revisionShapeQuery(change, { revision, with: other }));
  const shape = useMemo(() => (data === undefined ? undefined : shapeOf(data, NONE, false)), [data]);
  const source = useMemo(
    () =>
      shape === undefined
        ? undefined
        : new PagedSource<DiffRow>(async (cursor, signal) => {
            const page = await readRevisionChanges(change, { revision, with: other }, cursor, signal);
            return { rows: diffRows(page.changes, "unified", shape), next: page.next };
          }),
    [change, revision, other, shape],
  );
  if (error !== null) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (data === undefined || shape === undefined || source === undefined) return <PageSkeleton />;
  if (data.changes.length === 0) return <EmptyState small title="They propose the same" text="Both revisions would leave the dataset with the same rows." />;
  return (
    <DiffGrid
      label="Rows that are proposed otherwise"
      columns={data.columns}
      shape={shape}
      layout="unified"
      source={source}
      total={null}
      choice={undefined}
      handle={handle}
      onCell={() => undefined}
      onOpen={() => undefined}
      empty="Both revisions would leave the dataset with the same rows."
    />
  );
}
