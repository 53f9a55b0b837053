import { Button, TextInput } from "@mantine/core";
import type { GraphColumn } from "@granary/protocol";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { datasetQuery } from "../../../api/datasets.ts";
import { schemaQuery } from "../../../api/dataset-schema.ts";
import { toastError } from "../../../kit/toast.tsx";
import { ColumnsSelect } from "../fields/column-select.tsx";
import { DatasetSelect } from "../fields/dataset-select.tsx";
import { Field } from "../fields/field.tsx";
import classes from "../fields/fields.module.css";
import { graphColumnOf } from "../fields/graph-columns.ts";
import { Rows } from "../fields/rows.tsx";
import { TextField } from "../fields/text-field.tsx";
import { TypeSelect } from "../fields/type-select.tsx";
import { type PanelProps, usePanel } from "./panel-context.ts";
import panelClasses from "./panels.module.css";

const sameColumns = (one: readonly GraphColumn[], other: readonly GraphColumn[]): boolean =>
  one.length === other.length && one.every(({ name, type }, index) => other[index]?.name === name && other[index]?.type === type);

export function DatasetSourcePanel({ settings, set }: PanelProps<"source_dataset">) {
  const { mayEdit } = usePanel();
  const client = useQueryClient();
  const { data: dataset } = useQuery({ ...datasetQuery(settings.dataset), enabled: settings.dataset !== "", retry: false });
  const read = async (name: string, version: string | undefined) => {
    const rest = { dataset: name, columns: [], ...(version === undefined ? {} : { version }) };
    set({ ...rest, schema: [] }, "dataset");
    try {
      const { columns } = await client.fetchQuery(schemaQuery(name, version, 0));
      set({ ...rest, schema: columns.map((column) => graphColumnOf(column)) }, "dataset");
    } catch (error) {
      toastError(`The columns of ${name} could not be read`, error);
    }
  };
  const now = dataset?.columns.map((column) => graphColumnOf(column));
  const isOld = settings.version === undefined && now !== undefined && settings.schema.length > 0 && !sameColumns(now, settings.schema);
  return (
    <>
      <DatasetSelect path="dataset" label="Dataset" value={settings.dataset} onChange={(name) => void read(name, undefined)} />
      <TextInput
        size="xs"
        data-path="version"
        label="Version"
        description="A number or a name; empty for the newest at the time of the run."
        inputWrapperOrder={["label", "input", "description", "error"]}
        placeholder="Newest"
        readOnly={!mayEdit}
        value={settings.version ?? ""}
        onChange={(event) => {
          const version = event.currentTarget.value.trim();
          set({ version: version === "" ? undefined : version }, "version");
        }}
      />
      {isOld && (
        <div className={panelClasses.notice} role="status">
          <p>The dataset’s columns have changed since they were read here.</p>
          {mayEdit && (
            <Button size="compact-xs" variant="default" onClick={() => set({ schema: now })}>
              Take them over
            </Button>
          )}
        </div>
      )}
      {settings.schema.length > 0 && (
        <ColumnsSelect
          path="columns"
          label="Columns to read"
          placeholder={`All ${settings.schema.length}`}
          columns={settings.schema}
          value={settings.columns}
          onChange={(columns) => set({ columns })}
        />
      )}
      {dataset !== undefined && dataset.columns.some(({ masked }) => masked) && (
        <p className={classes.text}>Some columns are masked for you; the pipeline reads them as you do.</p>
      )}
    </>
  );
}

export function RowsSourcePanel({ settings, set }: PanelProps<"source_rows">) {
  const { columns, rows } = settings;
  return (
    <>
      <Field path="columns" label="Columns">
        <Rows
          name="column"
          rows={columns}
          max={200}
          onChange={(next) => next.length > 0 && set({ columns: next, rows: rows.map((row) => next.map((column) => row[columns.indexOf(column)] ?? null)) })}
          fresh={() => ({ name: `column_${columns.length + 1}`, type: "text" as const })}
        >
          {(column, _change, index) => (
            <div className={classes.two}>
              <TextField
                path={`columns.${index}.name`}
                spoken={`Name of column ${index + 1}`}
                value={column.name}
                onChange={(name) => set({ columns: columns.map((other, at) => (at === index ? { ...other, name } : other)) }, `columns.${index}`)}
              />
              <TypeSelect
                path={`columns.${index}.type`}
                spoken={`Type of ${column.name}`}
                value={column.type}
                onChange={(type) => set({ columns: columns.map((other, at) => (at === index ? { ...other, type } : other)) })}
              />
            </div>
          )}
        </Rows>
      </Field>
      <Field path="rows" label="Rows" text="Paste rows out of a spreadsheet, or write them: one a line, values with a tab between.">
        <RowsText columns={columns.length} rows={rows} onChange={(next) => set({ rows: next }, "rows")} />
      </Field>
    </>
  );
}

type Cells = (string | null)[];

/** Rows as lines of text; empty cells are empty values. */
const rowsText = (rows: readonly Cells[]): string => rows.map((row) => row.map((cell) => cell ?? "").join("\t")).join("\n");
const readRows = (text: string, columns: number): Cells[] =>
  text === ""
    ? []
    : text
        .replace(/\n$/, "")
        .split(/\r?\n/)
        .map((line) => {
          const cells = line.split("\t");
          return Array.from({ length: columns }, (_, index) => (cells[index] === undefined || cells[index] === "" ? null : cells[index]));
        });

function RowsText({ columns, rows, onChange }: { readonly columns: number; readonly rows: readonly Cells[]; readonly onChange: (rows: Cells[]) => void }) {
  const { mayEdit } = usePanel();
  return (
    <textarea
      className={panelClasses.rows}
      aria-label="Rows"
      rows={8}
      readOnly={!mayEdit}
      spellCheck={false}
      defaultValue={rowsText(rows)}
      onChange={(event) => onChange(readRows(event.currentTarget.value, columns))}
    />
  );
}
