import { Button } from "@mantine/core";
import { Choice, Pick } from "../fields/choice.tsx";
import { ColumnSelect, ColumnsSelect } from "../fields/column-select.tsx";
import { Field } from "../fields/field.tsx";
import classes from "../fields/fields.module.css";
import { NamedExpressions } from "../fields/named-expressions.tsx";
import { Rows } from "../fields/rows.tsx";
import { SortKeys } from "../fields/sort-keys.tsx";
import { NumberField, TextField } from "../fields/text-field.tsx";
import { TypeSelect } from "../fields/type-select.tsx";
import { type PanelProps, useColumns, usePanel } from "./panel-context.ts";

/** What becomes of values that do not fit. */
export const ON_FAULT = [
  { value: "fail", label: "Fail", text: "The run fails and says which values do not fit." },
  { value: "null", label: "Empty", text: "The value becomes empty, its row goes on." },
  { value: "reject", label: "Set aside", text: "The row is kept apart; it can be looked at and replayed." },
] as const;

export function DerivePanel({ settings, set }: PanelProps<"derive">) {
  return (
    <NamedExpressions
      path="columns"
      label="Columns to compute"
      text="A name that is there already replaces that column. A column may use those above it."
      name="column"
      hint="price * quantity"
      fresh="new_column"
      columns={useColumns()}
      value={settings.columns}
      onChange={(columns, going) => set({ columns }, going)}
    />
  );
}

export function SelectPanel({ settings, set }: PanelProps<"select">) {
  const columns = useColumns();
  const { mayEdit } = usePanel();
  const { columns: chosen, mode } = settings;
  const free = columns.filter(({ name }) => !chosen.some(({ from }) => from === name));
  return (
    <>
      <Choice
        path="mode"
        label="What is said below"
        value={mode}
        options={[
          { value: "keep", label: "Keep", text: "Only these columns go on, in this order." },
          { value: "drop", label: "Drop", text: "All columns go on but these." },
          { value: "rename", label: "Rename", text: "All columns go on, these under other names." },
        ]}
        onChange={(next) => set({ mode: next })}
      />
      {mode === "drop" ? (
        <ColumnsSelect
          path="columns"
          label="Columns to drop"
          columns={columns}
          value={chosen.map(({ from }) => from)}
          onChange={(names) => set({ columns: names.map((from) => ({ from })) })}
        />
      ) : (
        <Field
          path="columns"
          label="Columns"
          action={
            mayEdit && mode === "keep" && free.length > 0 ? (
              <Button variant="subtle" size="compact-xs" onClick={() => set({ columns: [...chosen, ...free.map(({ name }) => ({ from: name }))] })}>
                Add all {free.length}
              </Button>
            ) : undefined
          }
        >
          <Rows
            name="column"
            isOrdered
            rows={chosen}
            max={5_000}
            onChange={(rows) => set({ columns: rows })}
            fresh={(): (typeof chosen)[number] => ({ from: free[0]?.name ?? "column" })}
          >
            {(row, change, index) => (
              <div className={classes.pair}>
                <ColumnSelect
                  path={`columns.${index}.from`}
                  spoken={`Column ${index + 1}`}
                  columns={columns}
                  value={row.from}
                  onChange={(from) => change({ from })}
                />
                <span>as</span>
                <TextField
                  path={`columns.${index}.to`}
                  spoken={`New name of ${row.from}`}
                  placeholder={row.from}
                  value={row.to ?? ""}
                  onChange={(to) =>
                    set(
                      { columns: chosen.map((other, at) => (at === index ? { from: other.from, ...(to === "" ? {} : { to }) } : other)) },
                      `columns.${index}.to`,
                    )
                  }
                />
              </div>
            )}
          </Rows>
        </Field>
      )}
    </>
  );
}

export function CastPanel({ settings, set }: PanelProps<"cast">) {
  const columns = useColumns();
  const free = columns.find(({ name }) => !settings.columns.some(({ column }) => column === name));
  return (
    <>
      <Field path="columns" label="Columns and their new types">
        <Rows
          name="column"
          rows={settings.columns}
          max={1_000}
          onChange={(rows) => set({ columns: rows })}
          fresh={() => ({ column: free?.name ?? "column", type: "text" as const })}
        >
          {(row, change, index) => (
            <div className={classes.stack}>
              <div className={classes.two}>
                <ColumnSelect
                  path={`columns.${index}.column`}
                  spoken={`Column ${index + 1}`}
                  columns={columns}
                  value={row.column}
                  onChange={(column) => change({ column })}
                />
                <TypeSelect path={`columns.${index}.type`} spoken={`Type of ${row.column}`} value={row.type} onChange={(type) => change({ type })} />
              </div>
              {(row.type === "date" || row.type === "timestamp" || row.type === "time") && (
                <TextField
                  path={`columns.${index}.format`}
                  spoken={`Format of ${row.column}`}
                  placeholder="Format, such as %d.%m.%Y; found by itself when empty"
                  value={row.format ?? ""}
                  onChange={(format) =>
                    set(
                      {
                        columns: settings.columns.map((other, at) =>
                          at === index ? { column: other.column, type: other.type, ...(format === "" ? {} : { format }) } : other,
                        ),
                      },
                      `columns.${index}.format`,
                    )
                  }
                />
              )}
            </div>
          )}
        </Rows>
      </Field>
      <Choice path="onFault" label="Values that are not of the type" value={settings.onFault} options={ON_FAULT} onChange={(onFault) => set({ onFault })} />
    </>
  );
}

const WINDOW_KINDS = ["window", "aggregate", "scalar"] as const;
const UNITS = [
  { value: "rows", label: "Rows" },
  { value: "range", label: "Values" },
] as const;

export function WindowPanel({ settings, set }: PanelProps<"window">) {
  const columns = useColumns();
  const { mayEdit } = usePanel();
  const { frame } = settings;
  const setFrame = (change: Partial<NonNullable<typeof frame>>, going: string) => frame !== undefined && set({ frame: { ...frame, ...change } }, going);
  return (
    <>
      <ColumnsSelect
        path="partitionBy"
        label="Begin anew for each"
        placeholder="All rows together"
        columns={columns}
        value={settings.partitionBy}
        onChange={(partitionBy) => set({ partitionBy })}
      />
      <SortKeys path="orderBy" label="Order of the rows" columns={columns} value={settings.orderBy} onChange={(orderBy) => set({ orderBy })} />
      <NamedExpressions
        path="columns"
        label="Columns to compute"
        text="Such as row_number(), lag(amount), sum(amount). What comes before and after is said above."
        name="column"
        hint="row_number()"
        fresh="position"
        kinds={WINDOW_KINDS}
        columns={columns}
        value={settings.columns}
        onChange={(next, going) => set({ columns: next }, going)}
      />
      {frame === undefined ? (
        mayEdit && (
          <Button
            className={classes.add ?? ""}
            variant="default"
            size="compact-xs"
            onClick={() => set({ frame: { unit: "rows", preceding: 6, following: 0 } })}
          >
            Look at some neighbours only
          </Button>
        )
      ) : (
        <Field
          path="frame"
          label="Neighbours that count"
          action={
            mayEdit ? (
              <Button variant="subtle" color="gray" fw={500} size="compact-xs" onClick={() => set({ frame: undefined })}>
                All of them
              </Button>
            ) : undefined
          }
        >
          <Pick path="frame.unit" label="Counted by" value={frame.unit} options={UNITS} onChange={(unit) => setFrame({ unit }, "frame.unit")} />
          <div className={classes.two}>
            <NumberField
              path="frame.preceding"
              label="Before"
              min={0}
              placeholder="All"
              value={frame.preceding ?? undefined}
              onChange={(preceding) => setFrame({ preceding: preceding ?? null }, "frame.preceding")}
            />
            <NumberField
              path="frame.following"
              label="After"
              min={0}
              placeholder="All"
              value={frame.following ?? undefined}
              onChange={(following) => setFrame({ following: following ?? null }, "frame.following")}
            />
          </div>
        </Field>
      )}
    </>
  );
}
