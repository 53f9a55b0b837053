import type { ListedDataset } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { catalogQuery } from "../../api/dataset-catalog.ts";
import { useRestoreDataset } from "../../api/datasets.ts";
import { rowsOf } from "../../api/list.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { useFormat } from "../../kit/format.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import { useCrumb, useSlug } from "../../shell/index.ts";
import classes from "../people/people.module.css";

const DAY_MS = 86_400_000;
const SOON_DAYS = 3;

/** Whole days until an instant, none when it has passed. */
export const daysUntil = (instant: string, nowMs: number): number => Math.max(0, Math.ceil((Date.parse(instant) - nowMs) / DAY_MS));

/** Datasets of this person's in the trash, and how long they can still be taken out. */
export function TrashPage() {
  const query = useInfiniteQuery(catalogQuery({}, true));
  const restore = useRestoreDataset();
  const slug = useSlug();
  const format = useFormat();
  useCrumb("Trash");
  const bringBack = (dataset: ListedDataset) =>
    restore.mutate(dataset.id, { onSuccess: () => toastDone(`${dataset.name} is back`), onError: (error) => toastError("Not restored", error) });
  const columns: readonly Column<ListedDataset>[] = [
    { id: "name", header: "Name", primary: true, cell: (dataset) => dataset.name },
    { id: "rows", header: "Rows", width: "110px", align: "right", cell: (dataset) => (dataset.rows === null ? "" : format.number(dataset.rows)) },
    { id: "owner", header: "Owner", width: "160px", deskOnly: true, cell: (dataset) => dataset.owner?.name ?? "nobody now" },
    { id: "deleted", header: "Deleted", width: "140px", cell: (dataset) => <RelativeTime at={dataset.trash?.at ?? null} /> },
    { id: "left", header: "Gone for good", width: "160px", cell: (dataset) => <DaysLeft until={dataset.trash?.purgeAt ?? null} /> },
  ];
  return (
    <Page>
      <PageHeader
        title="Trash"
        text="Deleted datasets stay here for a while. Then their rows, versions and files are deleted for good, and nobody can bring them back."
      />
      <div className={classes.frame}>
        <DataList
          label="Datasets in the trash"
          columns={columns}
          rows={rowsOf(query.data)}
          rowId={(dataset) => dataset.id}
          rowName={(dataset) => dataset.name}
          error={query.error}
          onRetry={() => void query.refetch()}
          more={moreOf(query)}
          rowAction={(dataset) => (
            <Button variant="default" size="compact-xs" onClick={() => bringBack(dataset)} aria-label={`Restore ${dataset.name}`}>
              Restore
            </Button>
          )}
          empty={
            <EmptyState
              title="The trash is empty"
              text="Datasets you delete come here first."
              action={
                <Button component={Link} variant="default" to={`/w/${slug}/datasets` as "/"}>
                  To the datasets
                </Button>
              }
            />
          }
        />
      </div>
    </Page>
  );
}

function DaysLeft({ until }: { readonly until: string | null }) {
  const [now] = useState(() => Date.now());
  if (until === null) return null;
  const days = daysUntil(until, now);
  const text = days === 0 ? "tonight" : `in ${days} ${days === 1 ? "day" : "days"}`;
  return days <= SOON_DAYS ? <StatusBadge tone="warn">{text}</StatusBadge> : text;
}
