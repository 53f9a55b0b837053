import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { connectionsQuery, connectorKindsQuery } from "../../../api/connections.ts";
import { itemsOf } from "../../../api/list.ts";
import { ConfigForm, startValues } from "../../../kit/config-form/index.ts";
import { Choice, Pick } from "../fields/choice.tsx";
import { ColumnSelect, ColumnsSelect } from "../fields/column-select.tsx";
import { ConnectionSelect } from "../fields/connection-select.tsx";
import { DatasetName, DatasetSelect } from "../fields/dataset-select.tsx";
import classes from "../fields/fields.module.css";
import { TextField } from "../fields/text-field.tsx";
import { type PanelProps, useColumns, usePanel } from "./panel-context.ts";
import { DRIFT } from "./stream-panel.tsx";
import { WritePicture } from "./write-picture.tsx";

const MODES = [
  { value: "replace", label: "Replace all rows", text: "The dataset holds this run’s rows and no others. Earlier versions can still be read." },
  { value: "append", label: "Add the rows", text: "Rows that are there stay as they are; this run’s come below." },
  { value: "upsert", label: "Update by key", text: "Rows of the same key are replaced, new keys are added, all others stay." },
  { value: "soft_delete", label: "Update, and mark what is gone", text: "As by key; rows the source no longer has are kept and marked." },
] as const;

export function DatasetTargetPanel({ settings, set }: PanelProps<"to_dataset">) {
  const columns = useColumns();
  const byKey = settings.mode === "upsert" || settings.mode === "soft_delete";
  return (
    <>
      <DatasetName path="dataset" label="Dataset" value={settings.dataset} onChange={(dataset) => set({ dataset }, "dataset")} />
      <Pick path="mode" label="What happens to rows that are there" value={settings.mode} options={MODES} onChange={(mode) => set({ mode })} />
      <WritePicture mode={settings.mode} />
      {byKey && (
        <>
          <ColumnsSelect path="keys" label="Key: columns that tell rows apart" columns={columns} value={settings.keys} onChange={(keys) => set({ keys })} />
          <ColumnSelect
            path="lastBy"
            label="Of several rows with one key, the highest of"
            placeholder="The last that comes"
            columns={columns}
            value={settings.lastBy}
            onChange={(lastBy) => set({ lastBy })}
            onClear={() => set({ lastBy: undefined })}
          />
        </>
      )}
      {settings.mode === "soft_delete" && (
        <TextField
          path="deletedColumn"
          label="Column for the mark"
          description="When the row was missed first; empty while it is there."
          value={settings.deletedColumn}
          onChange={(deletedColumn) => set({ deletedColumn }, "deletedColumn")}
        />
      )}
      <Pick path="drift" label="When the columns change" value={settings.drift} options={DRIFT} onChange={(drift) => set({ drift })} />
    </>
  );
}

export function ChangeTargetPanel({ settings, set }: PanelProps<"to_change">) {
  const columns = useColumns();
  return (
    <>
      <DatasetSelect path="dataset" label="Dataset" value={settings.dataset} onChange={(dataset) => set({ dataset })} />
      <p className={classes.text}>The rows are compared with the dataset; what differs becomes a change request that people review. Nothing changes before.</p>
      <TextField
        path="title"
        label="Title of the request"
        placeholder="By the pipeline’s name"
        value={settings.title}
        onChange={(title) => set({ title }, "title")}
      />
      <ColumnsSelect
        path="keys"
        label="Key: columns that tell rows apart"
        placeholder="Those of the dataset"
        columns={columns}
        value={settings.keys}
        onChange={(keys) => set({ keys })}
      />
      <Choice
        path="missing"
        label="Rows of the dataset that do not come"
        value={settings.missing}
        options={[
          { value: "kept", label: "Stay", text: "Only new and changed rows are proposed." },
          { value: "removed", label: "Are removed", text: "Their removal is proposed too." },
        ]}
        onChange={(missing) => set({ missing })}
      />
    </>
  );
}

const FORMATS = [
  { value: "csv", label: "CSV" },
  { value: "json_lines", label: "JSON lines" },
  { value: "parquet", label: "Parquet" },
] as const;

export function FileTargetPanel({ settings, set }: PanelProps<"to_file">) {
  return (
    <>
      <TextField path="name" label="Name of the file" description="Without its ending." value={settings.name} onChange={(name) => set({ name }, "name")} />
      <Choice path="format" label="Format" value={settings.format} options={FORMATS} onChange={(format) => set({ format })} />
      <p className={classes.text}>Each run has a file of its own, to be downloaded from the run’s page.</p>
    </>
  );
}

export function ConnectionTargetPanel({ settings, set }: PanelProps<"to_connection">) {
  const { mayEdit } = usePanel();
  const columns = useColumns();
  const connections = itemsOf(useInfiniteQuery(connectionsQuery({})).data);
  const kinds = useQuery(connectorKindsQuery()).data?.items;
  const kind = connections.find(({ id, name }) => id === settings.connection || name === settings.connection)?.kind;
  const targetConfig = kinds?.find((spec) => spec.kind === kind)?.targetConfig;
  return (
    <>
      <ConnectionSelect path="connection" role="destination" value={settings.connection} onChange={(connection) => set({ connection, target: {} })} />
      {targetConfig != null && (
        <ConfigForm
          schema={targetConfig}
          values={startValues(targetConfig, settings.target)}
          onChange={(target) => set({ target }, "target")}
          disabled={!mayEdit}
        />
      )}
      <Pick
        path="mode"
        label="What happens to rows that are there"
        value={settings.mode}
        options={[
          { value: "append", label: "Add the rows", text: "What is there stays; this run’s rows come besides." },
          {
            value: "replace",
            label: "Replace all rows",
            text: "The target holds this run’s rows and no others. What was there cannot be brought back from here.",
          },
          { value: "upsert", label: "Update by key", text: "Rows of the same key are replaced, new keys are added." },
        ]}
        onChange={(mode) => set({ mode })}
      />
      <WritePicture mode={settings.mode} />
      {settings.mode === "upsert" && (
        <ColumnsSelect path="keys" label="Key: columns that tell rows apart" columns={columns} value={settings.keys} onChange={(keys) => set({ keys })} />
      )}
    </>
  );
}
