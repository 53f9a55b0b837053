import { Button, Checkbox } from "@mantine/core";
import type { GraphColumn } from "@granary/protocol";
import { ExpressionField } from "../expression/expression-field.tsx";
import { Choice, Pick } from "../fields/choice.tsx";
import { ColumnSelect } from "../fields/column-select.tsx";
import { Field } from "../fields/field.tsx";
import classes from "../fields/fields.module.css";
import { Rows } from "../fields/rows.tsx";
import { SortKeys } from "../fields/sort-keys.tsx";
import { TextField } from "../fields/text-field.tsx";
import { type PanelProps, useColumns, usePanel } from "./panel-context.ts";

/** The first names both sides have. */
const shared = (left: readonly GraphColumn[], right: readonly GraphColumn[]) => left.filter(({ name }) => right.some((other) => other.name === name));

const JOINS = [
  { value: "inner", label: "Rows that both sides have", text: "A row without a partner is left out." },
  { value: "left", label: "All rows of the left side", text: "Where the right side has no partner its columns are empty." },
  { value: "right", label: "All rows of the right side", text: "Where the left side has no partner its columns are empty." },
  { value: "full", label: "All rows of both sides", text: "Whatever has no partner is filled with empty values." },
  { value: "semi", label: "Left rows that have a partner", text: "Only the left side's columns; each row once." },
  { value: "anti", label: "Left rows without a partner", text: "Only the left side's columns: what is missing on the right." },
  { value: "cross", label: "Every row with every row", text: "As many rows as both counts multiplied: take care." },
] as const;

const both = (left: readonly GraphColumn[], right: readonly GraphColumn[]): GraphColumn[] => [
  ...left.map((column) => ({ ...column, name: `left.${column.name}` })),
  ...right.map((column) => ({ ...column, name: `right.${column.name}` })),
];

export function JoinPanel({ settings, set }: PanelProps<"join">) {
  const left = useColumns("left");
  const right = useColumns("right");
  const { mayEdit } = usePanel();
  const { on, condition } = settings;
  const offered = shared(left, right).filter(({ name }) => !on.some((pair) => pair.left === name));
  return (
    <>
      <Pick path="kind" label="What comes out" value={settings.kind} options={JOINS} onChange={(kind) => set({ kind })} />
      {settings.kind !== "cross" && (
        <Field
          path="on"
          label="Columns that are equal"
          action={
            mayEdit && offered[0] !== undefined ? (
              <Button
                variant="subtle"
                size="compact-xs"
                onClick={() => offered[0] !== undefined && set({ on: [...on, { left: offered[0].name, right: offered[0].name }] })}
              >
                Use {offered[0].name}
              </Button>
            ) : undefined
          }
        >
          <Rows
            name="pair"
            rows={on}
            max={50}
            onChange={(rows) => set({ on: rows })}
            fresh={() => ({ left: left[0]?.name ?? "left", right: right[0]?.name ?? "right" })}
          >
            {(pair, change, index) => (
              <div className={classes.pair}>
                <ColumnSelect
                  path={`on.${index}.left`}
                  spoken={`Left column ${index + 1}`}
                  columns={left}
                  value={pair.left}
                  onChange={(name) => change({ left: name })}
                />
                <span>=</span>
                <ColumnSelect
                  path={`on.${index}.right`}
                  spoken={`Right column ${index + 1}`}
                  columns={right}
                  value={pair.right}
                  onChange={(name) => change({ right: name })}
                />
              </div>
            )}
          </Rows>
        </Field>
      )}
      {condition === undefined ? (
        mayEdit && (
          <Button className={classes.add ?? ""} variant="default" size="compact-xs" onClick={() => set({ condition: "" })}>
            Add a condition
          </Button>
        )
      ) : (
        <ExpressionField
          path="condition"
          label="And besides"
          hint="left.date >= right.valid_from"
          text="Columns are written left.name and right.name."
          value={condition}
          onChange={(text) => set({ condition: text === "" ? undefined : text }, "condition")}
          columns={both(left, right)}
        />
      )}
      <TextField
        path="suffix"
        label="Behind names that both sides have"
        description="Put on the right side's column."
        value={settings.suffix}
        onChange={(suffix) => set({ suffix }, "suffix")}
      />
    </>
  );
}

export function LookupPanel({ settings, set }: PanelProps<"lookup">) {
  const rows = useColumns("in");
  const table = useColumns("table");
  const free = table.find(({ name }) => !settings.take.some(({ from }) => from === name) && !settings.on.some(({ key }) => key === name));
  const same = shared(rows, table)[0];
  return (
    <>
      <Field path="on" label="Look up by" text="A column of the rows, and the table's column it is found in.">
        <Rows
          name="pair"
          rows={settings.on}
          max={50}
          onChange={(on) => set({ on })}
          fresh={() => ({ column: same?.name ?? rows[0]?.name ?? "column", key: same?.name ?? table[0]?.name ?? "key" })}
        >
          {(pair, change, index) => (
            <div className={classes.pair}>
              <ColumnSelect
                path={`on.${index}.column`}
                spoken={`Column ${index + 1}`}
                columns={rows}
                value={pair.column}
                onChange={(column) => change({ column })}
              />
              <span>=</span>
              <ColumnSelect path={`on.${index}.key`} spoken={`Key ${index + 1}`} columns={table} value={pair.key} onChange={(key) => change({ key })} />
            </div>
          )}
        </Rows>
      </Field>
      <Field path="take" label="Columns to take">
        <Rows
          name="column"
          rows={settings.take}
          isOrdered
          onChange={(take) => set({ take })}
          fresh={(): (typeof settings.take)[number] => ({ from: free?.name ?? "column" })}
        >
          {(row, change, index) => (
            <div className={classes.pair}>
              <ColumnSelect
                path={`take.${index}.from`}
                spoken={`Column to take ${index + 1}`}
                columns={table}
                value={row.from}
                onChange={(from) => change({ from })}
              />
              <span>as</span>
              <TextField
                path={`take.${index}.to`}
                spoken={`New name of ${row.from}`}
                placeholder={row.from}
                value={row.to ?? ""}
                onChange={(to) =>
                  set(
                    { take: settings.take.map((other, at) => (at === index ? { from: other.from, ...(to === "" ? {} : { to }) } : other)) },
                    `take.${index}.to`,
                  )
                }
              />
            </div>
          )}
        </Rows>
      </Field>
      <Choice
        path="whenMissing"
        label="Rows that are not found"
        value={settings.whenMissing}
        options={[
          { value: "null", label: "Empty", text: "What would be taken is empty." },
          { value: "reject", label: "Set aside", text: "The row is kept apart." },
          { value: "fail", label: "Fail", text: "The run fails." },
        ]}
        onChange={(whenMissing) => set({ whenMissing })}
      />
      <Checkbox
        size="xs"
        label="The table may have several rows for one key"
        checked={settings.firstBy !== undefined}
        onChange={(event) => set({ firstBy: event.currentTarget.checked ? [] : undefined })}
      />
      {settings.firstBy !== undefined && (
        <SortKeys path="firstBy" label="The first counts by this order" columns={table} value={settings.firstBy} onChange={(firstBy) => set({ firstBy })} />
      )}
    </>
  );
}

export function UnionPanel({ settings, set }: PanelProps<"union">) {
  return (
    <>
      <Choice
        path="match"
        label="Columns belong together"
        value={settings.match}
        options={[
          { value: "name", label: "By name", text: "A column that an input does not have is empty there." },
          { value: "position", label: "By position", text: "The first with the first, whatever they are called." },
        ]}
        onChange={(match) => set({ match })}
      />
      <Checkbox
        size="xs"
        label="Rows that are equal only once"
        checked={settings.distinct}
        onChange={(event) => set({ distinct: event.currentTarget.checked })}
      />
    </>
  );
}

export function BranchPanel({ settings, set }: PanelProps<"branch">) {
  const columns = useColumns();
  const { branches } = settings;
  return (
    <Field path="branches" label="Ways out" text="A row takes the first way whose condition is true; what is left takes “else”.">
      <Rows
        name="way"
        isOrdered
        rows={branches}
        max={20}
        onChange={(next) => next.length > 0 && set({ branches: next })}
        fresh={() => ({ name: `way_${branches.length + 1}`, condition: "" })}
      >
        {(branch, _change, index) => {
          const change = (part: Partial<typeof branch>, going: string) =>
            set({ branches: branches.map((other, at) => (at === index ? { ...other, ...part } : other)) }, `branches.${index}.${going}`);
          return (
            <div className={classes.stack}>
              <TextField
                path={`branches.${index}.name`}
                spoken={`Name of way ${index + 1}`}
                isCode
                value={branch.name}
                onChange={(name) => change({ name: name.toLowerCase().replaceAll(/[^a-z0-9_]/g, "_") }, "name")}
              />
              <ExpressionField
                path={`branches.${index}.condition`}
                label={`Condition of ${branch.name}`}
                bare
                hint="country = 'CH'"
                value={branch.condition}
                onChange={(condition) => change({ condition }, "condition")}
                columns={columns}
              />
            </div>
          );
        }}
      </Rows>
    </Field>
  );
}
