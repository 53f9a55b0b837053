import { ACCESS_ACTIONS, type Dataset, type DatasetReader } from "@granary/protocol";
import { Button, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { datasetReadersQuery } from "../../api/access-log.ts";
import { useMay } from "../../api/session.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { useSlug } from "../../shell/index.ts";
import classes from "./access-log.module.css";

/** Who has read a dataset, or one of its columns; for its owners. */
export function DatasetReaders({ dataset }: { readonly dataset: Dataset }) {
  const [column, setColumn] = useState<string | null>(null);
  const slug = useSlug();
  const mayReadLog = useMay("activity:read");
  const query = useQuery(datasetReadersQuery(dataset.id, column));
  const columns: readonly Column<DatasetReader>[] = [
    { id: "name", header: "Who", primary: true, cell: (reader) => reader.name },
    { id: "times", header: "Times", width: "90px", align: "right", cell: (reader) => reader.times },
    {
      id: "unmasked",
      header: column === null ? "As stored" : "Not masked",
      width: "110px",
      align: "right",
      deskOnly: true,
      cell: (reader) => reader.unmasked,
    },
    {
      id: "how",
      header: "How",
      deskOnly: true,
      cell: (reader) => <span className="g-soft">{reader.actions.map((name) => ACCESS_ACTIONS[name].title).join(", ")}</span>,
    },
    { id: "last", header: "Last", width: "140px", cell: (reader) => <RelativeTime at={reader.lastAt} /> },
  ];
  return (
    <Panel
      title="Who has seen this"
      text="Everybody to whom rows, counts or statistics were shown, with administrators and programs."
      actions={
        mayReadLog && (
          <Button
            variant="default"
            size="xs"
            renderRoot={(props) => <Link to="/w/$workspace/access-log" params={{ workspace: slug }} search={{ dataset: dataset.id } as never} {...props} />}
          >
            Open the access log
          </Button>
        )
      }
      flush
    >
      <Select
        className={classes.choice}
        size="xs"
        label="Column"
        placeholder="Any column"
        data={dataset.columns.map((item) => item.name)}
        value={column}
        onChange={setColumn}
        clearable
        searchable
        clearButtonProps={{ "aria-label": "Any column" }}
      />
      <DataList
        label={column === null ? `Who has read ${dataset.name}` : `Who has seen the column ${column}`}
        columns={columns}
        rows={query.data?.items}
        rowId={(reader) => `${reader.personId ?? ""} ${reader.name}`}
        rowName={(reader) => reader.name}
        error={query.error}
        onRetry={() => void query.refetch()}
        empty={
          <EmptyState
            small
            title="Nobody yet"
            text={
              column === null ? "Whoever reads this dataset appears here." : "Whoever is shown this column, or filters, sorts or searches by it, appears here."
            }
          />
        }
      />
      <p className={classes.note}>Counted from the access log, which knows columns and numbers of rows but no values.</p>
    </Panel>
  );
}
