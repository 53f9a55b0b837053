import { Choice } from "../fields/choice.tsx";
import { ColumnsSelect } from "../fields/column-select.tsx";
import { SortKeys } from "../fields/sort-keys.tsx";
import { NumberField } from "../fields/text-field.tsx";
import { ExpressionField } from "../expression/expression-field.tsx";
import { NamedExpressions } from "../fields/named-expressions.tsx";
import { type PanelProps, useColumns } from "./panel-context.ts";

export function FilterPanel({ settings, set }: PanelProps<"filter">) {
  const columns = useColumns();
  return (
    <ExpressionField
      path="condition"
      label="Rows that stay"
      hint="amount > 0 and status = 'paid'"
      text="Rows for which it is true leave at “out”; all others, empty results included, at “rest”."
      value={settings.condition}
      onChange={(condition) => set({ condition }, "condition")}
      columns={columns}
    />
  );
}

export function SortPanel({ settings, set }: PanelProps<"sort">) {
  return <SortKeys path="by" label="Sort by" columns={useColumns()} value={settings.by} onChange={(by) => set({ by })} />;
}

export function LimitPanel({ settings, set }: PanelProps<"limit">) {
  return (
    <>
      <NumberField path="rows" label="Rows to keep" min={0} value={settings.rows} onChange={(rows = 0) => set({ rows }, "rows")} />
      <NumberField path="offset" label="Rows to leave out before" min={0} value={settings.offset} onChange={(offset = 0) => set({ offset }, "offset")} />
    </>
  );
}

export function DeduplicatePanel({ settings, set }: PanelProps<"deduplicate">) {
  const columns = useColumns();
  return (
    <>
      <ColumnsSelect
        path="by"
        label="Rows are alike when these are equal"
        placeholder="All columns"
        columns={columns}
        value={settings.by}
        onChange={(by) => set({ by })}
      />
      <Choice
        path="keep"
        label="Which one stays"
        value={settings.keep}
        options={[
          { value: "any", label: "Any", text: "Whichever is met first; the fastest." },
          { value: "first", label: "First", text: "The first by the order below." },
          { value: "last", label: "Last", text: "The last by the order below." },
        ]}
        onChange={(keep) => set({ keep })}
      />
      {settings.keep !== "any" && <SortKeys path="orderBy" label="Order" columns={columns} value={settings.orderBy} onChange={(orderBy) => set({ orderBy })} />}
    </>
  );
}

const AGGREGATES = ["aggregate", "scalar"] as const;

export function AggregatePanel({ settings, set }: PanelProps<"aggregate">) {
  const columns = useColumns();
  return (
    <>
      <ColumnsSelect path="by" label="One row for each" placeholder="All rows together" columns={columns} value={settings.by} onChange={(by) => set({ by })} />
      <NamedExpressions
        path="measures"
        label="What is computed of each group"
        name="measure"
        hint="sum(amount)"
        fresh="total"
        kinds={AGGREGATES}
        columns={columns}
        value={settings.measures}
        onChange={(measures, going) => set({ measures }, going)}
      />
    </>
  );
}
