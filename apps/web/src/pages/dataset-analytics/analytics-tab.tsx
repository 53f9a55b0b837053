import type { Dataset, RowFilter } from "@granary/protocol";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { figuresQuery } from "../../api/dataset-rows.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { AnalyticsView } from "./analytics-view.tsx";
import { namesInParts } from "./figures.ts";

interface AnalyticsTabProps {
  /** With the columns and rows of the version that is shown. */
  readonly dataset: Dataset;
  readonly version: string | undefined;
  readonly onRows: (filter: RowFilter) => void;
}

/** The analytics of a dataset or of an old version of it, described by the server. */
export function AnalyticsTab({ dataset, version, onRows }: AnalyticsTabProps) {
  const { columns } = dataset;
  const parts = useMemo(() => namesInParts(columns), [columns]);
  const query = useInfiniteQuery({ ...figuresQuery(dataset.id, version, parts, dataset.dataVersion), enabled: parts.length > 0 });
  if (parts.length === 0) return <EmptyState title="No columns" text="There is nothing to describe: the dataset has none." />;
  if (query.error !== null && query.data === undefined) return <ErrorNote error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <PageSkeleton />;
  const { pages } = query.data;
  return (
    <>
      <AnalyticsView
        columns={columns}
        stats={pages.flatMap((page) => page.columns)}
        rows={pages[0]?.rows ?? 0}
        onRows={onRows}
        onMore={query.hasNextPage ? () => void query.fetchNextPage() : undefined}
        isLoadingMore={query.isFetchingNextPage}
      />
      {query.error !== null && <ErrorNote error={query.error} onRetry={() => void query.fetchNextPage()} />}
    </>
  );
}
