import { Button, Checkbox } from "@mantine/core";
import { ExpressionField } from "../expression/expression-field.tsx";
import { Choice } from "../fields/choice.tsx";
import { ColumnSelect, ColumnsSelect } from "../fields/column-select.tsx";
import { Field } from "../fields/field.tsx";
import classes from "../fields/fields.module.css";
import { Rows } from "../fields/rows.tsx";
import { TextField } from "../fields/text-field.tsx";
import { TypeSelect } from "../fields/type-select.tsx";
import { useSampledValues } from "../bottom/sampled-values.ts";
import { type PanelProps, useColumns, usePanel } from "./panel-context.ts";

const AGGREGATES = ["aggregate"] as const;

/** A value as a column's name. */
const nameOfValue = (value: string): string =>
  value
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "_")
    .replaceAll(/^_+|_+$/g, "") || "empty";

export function PivotPanel({ settings, set }: PanelProps<"pivot">) {
  const columns = useColumns();
  const { mayEdit } = usePanel();
  const sampled = useSampledValues(settings.column);
  const fresh = sampled.filter((value) => !settings.values.some((other) => other.value === value));
  return (
    <>
      <ColumnsSelect path="by" label="One row for each" columns={columns} value={settings.by} onChange={(by) => set({ by })} />
      <ColumnSelect path="column" label="Column whose values become columns" columns={columns} value={settings.column} onChange={(column) => set({ column })} />
      <Field
        path="values"
        label="Values"
        text="Said beforehand, so that the columns never change by themselves."
        action={
          mayEdit && fresh.length > 0 ? (
            <Button
              variant="subtle"
              size="compact-xs"
              onClick={() => set({ values: [...settings.values, ...fresh.map((value) => ({ value, name: nameOfValue(value) }))] })}
            >
              Add {fresh.length} of the sample
            </Button>
          ) : undefined
        }
      >
        <Rows
          name="value"
          isOrdered
          rows={settings.values}
          max={1_000}
          onChange={(values) => set({ values })}
          fresh={() => ({ value: "", name: `value_${settings.values.length + 1}` })}
        >
          {(row, change, index) => (
            <div className={classes.pair}>
              <TextField
                path={`values.${index}.value`}
                spoken={`Value ${index + 1}`}
                placeholder="Value"
                value={row.value}
                onChange={(value) => change({ value })}
              />
              <span>as</span>
              <TextField path={`values.${index}.name`} spoken={`Column of value ${index + 1}`} value={row.name} onChange={(name) => change({ name })} />
            </div>
          )}
        </Rows>
      </Field>
      <ExpressionField
        path="measure"
        label="What the new columns hold"
        hint="sum(amount)"
        kinds={AGGREGATES}
        value={settings.measure}
        onChange={(measure) => set({ measure }, "measure")}
        columns={columns}
      />
    </>
  );
}

export function UnpivotPanel({ settings, set }: PanelProps<"unpivot">) {
  return (
    <>
      <ColumnsSelect path="columns" label="Columns that become rows" columns={useColumns()} value={settings.columns} onChange={(columns) => set({ columns })} />
      <div className={classes.two}>
        <TextField path="nameTo" label="Column for their names" value={settings.nameTo} onChange={(nameTo) => set({ nameTo }, "nameTo")} />
        <TextField path="valueTo" label="Column for their values" value={settings.valueTo} onChange={(valueTo) => set({ valueTo }, "valueTo")} />
      </div>
      <Checkbox
        size="xs"
        data-path="keepNulls"
        label="Also rows for empty values"
        checked={settings.keepNulls}
        onChange={(event) => set({ keepNulls: event.currentTarget.checked })}
      />
    </>
  );
}

export function FlattenPanel({ settings, set }: PanelProps<"flatten">) {
  const columns = useColumns().filter(({ type }) => type === "json" || type === "text");
  return (
    <>
      <ColumnSelect path="column" label="JSON column" columns={columns} value={settings.column} onChange={(column) => set({ column })} />
      <Choice
        path="into"
        label="Into"
        value={settings.into}
        options={[
          { value: "rows", label: "Rows", text: "One row for each element of the list." },
          { value: "columns", label: "Columns", text: "One column for each field of the object." },
        ]}
        onChange={(into) => set({ into })}
      />
      <Field path="fields" label={settings.into === "rows" ? "Fields of the elements" : "Fields"} text="A path such as address.city or items[0].price.">
        <Rows
          name="field"
          isOrdered
          rows={settings.fields}
          onChange={(fields) => set({ fields })}
          fresh={() => ({ path: "field", name: "field", type: "text" as const })}
        >
          {(row, change, index) => (
            <div className={classes.stack}>
              <TextField
                path={`fields.${index}.path`}
                spoken={`Path of field ${index + 1}`}
                isCode
                value={row.path}
                onChange={(path) => change({ path, name: row.name === nameOfValue(row.path) ? nameOfValue(path) : row.name })}
              />
              <div className={classes.two}>
                <TextField path={`fields.${index}.name`} spoken={`Column of field ${index + 1}`} value={row.name} onChange={(name) => change({ name })} />
                <TypeSelect path={`fields.${index}.type`} spoken={`Type of ${row.name}`} value={row.type} onChange={(type) => change({ type })} />
              </div>
            </div>
          )}
        </Rows>
      </Field>
      <Checkbox
        size="xs"
        label="Keep rows whose list is empty"
        checked={settings.keepEmpty}
        onChange={(event) => set({ keepEmpty: event.currentTarget.checked })}
      />
      <Checkbox
        size="xs"
        label="Keep the JSON column too"
        checked={settings.keepColumn}
        onChange={(event) => set({ keepColumn: event.currentTarget.checked })}
      />
    </>
  );
}
