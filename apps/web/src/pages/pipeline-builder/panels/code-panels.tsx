import type { GraphType, Transformation } from "@granary/protocol";
import { Select } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { transformationQuery, transformationsQuery } from "../../../api/functions.ts";
import { itemsOf } from "../../../api/list.ts";
import { ExpressionField } from "../expression/expression-field.tsx";
import { Choice } from "../fields/choice.tsx";
import { ColumnSelect } from "../fields/column-select.tsx";
import { Field } from "../fields/field.tsx";
import classes from "../fields/fields.module.css";
import { Rows } from "../fields/rows.tsx";
import { TextField } from "../fields/text-field.tsx";
import { TypeSelect } from "../fields/type-select.tsx";
import { ON_FAULT } from "./column-panels.tsx";
import { type PanelProps, useColumns, useFaultText, usePanel } from "./panel-context.ts";

const ALL = ["scalar", "aggregate", "window"] as const;

export function SqlPanel({ settings, set }: PanelProps<"sql">) {
  const { inputs } = usePanel();
  const columns = settings.inputs.flatMap((port) => inputs[port] ?? []);
  return (
    <>
      <Field path="inputs" label="Tables" text="Each is an input of the node; the query calls it by this name.">
        <Rows
          name="table"
          rows={settings.inputs.map((name) => ({ name }))}
          max={10}
          onChange={(rows) => rows.length > 0 && set({ inputs: rows.map(({ name }) => name) })}
          fresh={() => ({ name: `input_${settings.inputs.length + 1}` })}
        >
          {(row, change, index) => (
            <TextField
              path={`inputs.${index}`}
              spoken={`Table ${index + 1}`}
              isCode
              value={row.name}
              onChange={(name) => change({ name: name.toLowerCase().replaceAll(/[^a-z0-9_]/g, "_") })}
            />
          )}
        </Rows>
      </Field>
      <ExpressionField
        path="text"
        label="Query"
        hint="select * from input"
        isTall
        kinds={ALL}
        value={settings.text}
        onChange={(text) => set({ text }, "text")}
        columns={columns}
        text="One SELECT over the tables above. It reads nothing else: no files, no other datasets."
      />
      <Field path="schema" label="Columns that come out" text="Left empty, they are found when the query is tried.">
        <Rows
          name="column"
          isOrdered
          rows={settings.schema}
          max={5_000}
          onChange={(schema) => set({ schema })}
          fresh={() => ({ name: "column", type: "text" as const })}
        >
          {(row, change, index) => (
            <div className={classes.two}>
              <TextField path={`schema.${index}.name`} spoken={`Name of column ${index + 1}`} value={row.name} onChange={(name) => change({ name })} />
              <TypeSelect path={`schema.${index}.type`} spoken={`Type of ${row.name}`} value={row.type} onChange={(type) => change({ type })} />
            </div>
          )}
        </Rows>
      </Field>
    </>
  );
}

function FunctionSelect({ value, onChange }: { readonly value: string; readonly onChange: (name: string) => void }) {
  const { mayEdit } = usePanel();
  const query = useInfiniteQuery(transformationsQuery());
  const error = useFaultText("function");
  const items = itemsOf(query.data);
  const known = items.some(({ name, id }) => name === value || id === value);
  return (
    <Select
      size="xs"
      data-path="function"
      label="Function"
      placeholder={query.data !== undefined && items.length === 0 ? "No function yet: write one below Functions" : "Choose a function"}
      readOnly={!mayEdit}
      searchable
      allowDeselect={false}
      data={[
        ...items.map(({ name, title }) => ({ value: name, label: title === "" ? name : `${title} · ${name}` })),
        ...(known || value === "" ? [] : [{ value, label: value }]),
      ]}
      value={value === "" ? null : value}
      onChange={(name) => name !== null && onChange(name)}
      {...(error === undefined ? {} : { error })}
    />
  );
}

const typed = (type: string): GraphType => type as GraphType;

export function FunctionPanel({ settings, set }: PanelProps<"function">) {
  const columns = useColumns();
  const { data } = useQuery({ ...transformationQuery(settings.function), enabled: settings.function !== "", retry: false });
  const args: Transformation["definition"]["arguments"] = data?.definition.arguments ?? [];
  return (
    <>
      <FunctionSelect value={settings.function} onChange={(name) => set({ function: name, inputs: {}, outputs: [] })} />
      {data !== undefined && data.description !== "" && <p className={classes.text}>{data.description}</p>}
      {args.length > 0 && (
        <Field path="inputs" label="What goes in">
          {args.map(({ name, type }) => (
            <ColumnSelect
              key={name}
              path={`inputs.${name}`}
              label={`${name} · ${type}`}
              columns={columns}
              value={settings.inputs[name]}
              onChange={(column) => set({ inputs: { ...settings.inputs, [name]: column } })}
            />
          ))}
        </Field>
      )}
      <Field
        path="outputs"
        label="Where the results go"
        text="New columns. One for a function that answers a value; one a field for one that answers an object."
      >
        <Rows
          name="column"
          rows={settings.outputs}
          max={100}
          onChange={(outputs) => set({ outputs })}
          fresh={() => ({
            name: settings.outputs.length === 0 ? "result" : `result_${settings.outputs.length + 1}`,
            type: typed(data?.definition.returns === undefined || data.definition.returns === "" ? "text" : data.definition.returns),
          })}
        >
          {(row, change, index) => (
            <div className={classes.two}>
              <TextField path={`outputs.${index}.name`} spoken={`Name of result ${index + 1}`} value={row.name} onChange={(name) => change({ name })} />
              <TypeSelect path={`outputs.${index}.type`} spoken={`Type of ${row.name}`} value={row.type} onChange={(type) => change({ type })} />
            </div>
          )}
        </Rows>
      </Field>
      <Choice path="onFault" label="Rows on which it fails" value={settings.onFault} options={ON_FAULT} onChange={(onFault) => set({ onFault })} />
    </>
  );
}
