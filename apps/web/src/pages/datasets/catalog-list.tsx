import type { ListedDataset } from "@granary/protocol";
import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { Highlight } from "../../kit/highlight.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Line } from "../../kit/skeleton.tsx";
import people from "../people/people.module.css";
import { DatasetCard, DatasetLink, FrequencyBadge, MatchPlaces, Tags, VisibilityBadge } from "./catalog-item.tsx";
import classes from "./catalog.module.css";
import { DatasetState } from "./dataset-state.tsx";

export type Look = "cards" | "table";

interface DatasetListProps {
  readonly rows: readonly ListedDataset[] | undefined;
  readonly look: Look;
  readonly error: unknown;
  readonly onRetry: () => void;
  readonly more: { readonly has: boolean; readonly loading: boolean; readonly load: () => void };
  readonly empty: ReactNode;
}

/** Found datasets as cards or as a table. */
export function DatasetList(props: DatasetListProps) {
  if (props.look === "cards") return <Cards {...props} />;
  return (
    <div className={people.frame}>
      <Table {...props} />
    </div>
  );
}

const SKELETON_CARDS = 6;

function Cards({ rows, error, onRetry, more, empty }: DatasetListProps) {
  if (rows === undefined && error != null) return <ErrorNote error={error} onRetry={onRetry} />;
  if (rows?.length === 0) return <>{empty}</>;
  return (
    <>
      <ul className={classes.cards} aria-label="Datasets" aria-busy={rows === undefined}>
        {rows === undefined
          ? Array.from({ length: SKELETON_CARDS }, (_, index) => (
              <li key={index} className={classes.card} aria-hidden="true">
                <Line width="60%" height={16} />
                <Line width="90%" />
                <Line width="40%" />
              </li>
            ))
          : rows.map((dataset) => <DatasetCard key={dataset.id} dataset={dataset} />)}
      </ul>
      {more.has && (
        <div className={classes.more}>
          <Button variant="default" size="xs" loading={more.loading} onClick={more.load}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
}

function Table({ rows, error, onRetry, more, empty }: DatasetListProps) {
  const format = useFormat();
  const columns: readonly Column<ListedDataset>[] = [
    {
      id: "name",
      header: "Name",
      primary: true,
      cell: (dataset) => (
        <span className={people.name}>
          <DatasetLink dataset={dataset} className={people.link} />
          {dataset.description !== "" && (
            <span className={classes.line}>
              <Highlight text={dataset.description} words={dataset.match?.words ?? []} />
            </span>
          )}
          <MatchPlaces dataset={dataset} />
          <Tags tags={dataset.tags} words={dataset.match?.words ?? []} />
        </span>
      ),
    },
    {
      id: "state",
      header: "Status",
      width: "110px",
      cell: (dataset) => (dataset.status === "ready" ? <VisibilityBadge visibility={dataset.visibility} /> : <DatasetState dataset={dataset} />),
    },
    { id: "frequency", header: "How often", width: "110px", deskOnly: true, cell: (dataset) => <FrequencyBadge frequency={dataset.frequency} /> },
    { id: "rows", header: "Rows", width: "100px", align: "right", cell: (dataset) => (dataset.rows === null ? "" : format.number(dataset.rows)) },
    { id: "owner", header: "Owner", width: "140px", deskOnly: true, cell: (dataset) => dataset.owner?.name ?? "nobody now" },
    { id: "changed", header: "Changed", width: "130px", cell: (dataset) => <RelativeTime at={dataset.updatedAt} /> },
  ];
  return (
    <DataList
      label="Datasets"
      columns={columns}
      rows={rows}
      rowId={(dataset) => dataset.id}
      rowName={(dataset) => dataset.name}
      error={error}
      onRetry={onRetry}
      more={more}
      empty={empty}
    />
  );
}
