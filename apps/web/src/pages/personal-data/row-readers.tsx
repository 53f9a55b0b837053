import { ACCESS_ACTIONS, type DatasetReader } from "@granary/protocol";
import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { rowReadersQuery } from "../../api/access-log.ts";
import { schemaQuery } from "../../api/dataset-schema.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Line } from "../../kit/skeleton.tsx";
import people from "../people/people.module.css";
import { DatasetSelect } from "../policies/dataset-select.tsx";
import policies from "../policies/policies.module.css";

interface Chosen {
  readonly id: string;
  readonly name: string;
}

/** Who could have seen the row about a person: a dataset and the row's key are chosen, the access log answers. */
export function RowReaders() {
  const [dataset, setDataset] = useState<Chosen>();
  const [key, setKey] = useState<readonly string[]>();
  return (
    <>
      <Panel
        title="Who has seen this person's row"
        text="The access log keeps no values. It tells who read rows of a version that holds the row, and so could have seen it."
      >
        <div className={people.stack}>
          <DatasetSelect
            label="Dataset"
            onChoose={(chosen) => {
              setDataset(chosen);
              setKey(undefined);
            }}
          />
          {dataset !== undefined && <KeyForm key={dataset.id} dataset={dataset} onAsk={setKey} />}
        </div>
      </Panel>
      {dataset !== undefined && key !== undefined && <Readers dataset={dataset} rowKey={key} />}
    </>
  );
}

interface KeyFormProps {
  readonly dataset: Chosen;
  readonly onAsk: (key: readonly string[]) => void;
}

function KeyForm({ dataset, onAsk }: KeyFormProps) {
  const { data, error, refetch } = useQuery(schemaQuery(dataset.id, undefined, 0));
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  if (error !== null) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Line width={220} height={20} />;
  const { keys } = data;
  if (keys.length === 0)
    return <EmptyState small title={`${dataset.name} has no key columns`} text="Rows are told apart by them. Its owners say which they are under Columns." />;
  const key = keys.map((name) => values[name] ?? "");
  return (
    <form
      className={policies.row}
      onSubmit={(event) => {
        event.preventDefault();
        onAsk(key);
      }}
    >
      {keys.map((name) => (
        <TextInput
          key={name}
          label={`${dataset.name} › ${name}`}
          size="xs"
          value={values[name] ?? ""}
          onChange={(event) => setValues({ ...values, [name]: event.currentTarget.value })}
        />
      ))}
      <Button className={policies.fixed ?? ""} type="submit" size="xs" disabled={key.includes("")}>
        Show who
      </Button>
    </form>
  );
}

const COLUMNS: readonly Column<DatasetReader>[] = [
  { id: "name", header: "Who", primary: true, cell: (reader) => reader.name },
  { id: "times", header: "Times", width: "90px", align: "right", cell: (reader) => reader.times },
  { id: "unmasked", header: "As stored", width: "110px", align: "right", deskOnly: true, cell: (reader) => reader.unmasked },
  {
    id: "how",
    header: "How",
    deskOnly: true,
    cell: (reader) => <span className="g-soft">{reader.actions.map((name) => ACCESS_ACTIONS[name].title).join(", ")}</span>,
  },
  { id: "last", header: "Last", width: "140px", cell: (reader) => <RelativeTime at={reader.lastAt} /> },
];

function Readers({ dataset, rowKey }: { readonly dataset: Chosen; readonly rowKey: readonly string[] }) {
  const { data, error, refetch } = useQuery(rowReadersQuery(dataset.id, rowKey));
  const versions = data?.versions ?? [];
  return (
    <Panel
      title={`${dataset.name}: ${rowKey.join(", ")}`}
      text={versions.length === 0 ? undefined : `The row is in the versions ${versions.join(", ")} that somebody read.`}
      flush
    >
      <DataList
        label={`Who could have seen ${rowKey.join(", ")}`}
        columns={COLUMNS}
        rows={data?.items}
        rowId={(reader) => `${reader.personId ?? ""} ${reader.name}`}
        rowName={(reader) => reader.name}
        error={error}
        onRetry={() => void refetch()}
        empty={<EmptyState small title="Nobody" text="No version that somebody read holds a row with this key." />}
      />
    </Panel>
  );
}
