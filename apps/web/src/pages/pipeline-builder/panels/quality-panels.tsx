import { type GateCheck, type Mask, MASK_KINDS, type MaskKind, MASKS } from "@granary/protocol";
import { ExpressionField } from "../expression/expression-field.tsx";
import { Choice, Pick } from "../fields/choice.tsx";
import { ColumnSelect, ColumnsSelect } from "../fields/column-select.tsx";
import { Field } from "../fields/field.tsx";
import classes from "../fields/fields.module.css";
import { Rows } from "../fields/rows.tsx";
import { NumberField, TextField } from "../fields/text-field.tsx";
import { type PanelProps, useColumns } from "./panel-context.ts";

const CHECKS = [
  { value: "not_null", label: "Not empty" },
  { value: "unique", label: "Unique" },
  { value: "expression", label: "True for every row" },
  { value: "row_count", label: "Number of rows" },
  { value: "volume_change", label: "Not far from last time" },
] as const;

const FRESH: { readonly [C in GateCheck["check"]]: Extract<GateCheck, { check: C }> } = {
  not_null: { check: "not_null", column: "", tolerance: 0 },
  unique: { check: "unique", columns: [], tolerance: 0 },
  expression: { check: "expression", expression: "", name: "", tolerance: 0 },
  row_count: { check: "row_count", min: 1 },
  volume_change: { check: "volume_change", maxDrop: 0.5 },
};

interface CheckFieldsProps {
  readonly path: string;
  readonly check: GateCheck;
  readonly onChange: (check: GateCheck, going?: string) => void;
}

const percent = (share: number | undefined): number | undefined => (share === undefined ? undefined : Math.round(share * 100));
const share = (value: number | undefined): number | undefined => (value === undefined ? undefined : value / 100);
/** Without what is undefined, as documents have it. */
const defined = <T extends object>(value: T): T => Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;

function CheckFields({ path, check, onChange }: CheckFieldsProps) {
  const columns = useColumns();
  const tolerance = "tolerance" in check && (
    <NumberField
      path={`${path}.tolerance`}
      label="May be wrong in"
      min={0}
      max={100}
      suffix=" % of the rows"
      value={percent(check.tolerance)}
      onChange={(value = 0) => onChange({ ...check, tolerance: value / 100 }, `${path}.tolerance`)}
    />
  );
  switch (check.check) {
    case "not_null":
      return (
        <>
          <ColumnSelect path={`${path}.column`} spoken="Column" columns={columns} value={check.column} onChange={(column) => onChange({ ...check, column })} />
          {tolerance}
        </>
      );
    case "unique":
      return (
        <>
          <ColumnsSelect
            path={`${path}.columns`}
            label="Columns that together are unique"
            columns={columns}
            value={check.columns}
            onChange={(names) => onChange({ ...check, columns: names })}
          />
          {tolerance}
        </>
      );
    case "expression":
      return (
        <>
          <TextField
            path={`${path}.name`}
            spoken="Name of the check"
            placeholder="Name, such as Amounts are positive"
            value={check.name}
            onChange={(name) => onChange({ ...check, name }, `${path}.name`)}
          />
          <ExpressionField
            path={`${path}.expression`}
            label="Condition"
            bare
            hint="amount >= 0"
            value={check.expression}
            onChange={(expression) => onChange({ ...check, expression }, `${path}.expression`)}
            columns={columns}
          />
          {tolerance}
        </>
      );
    case "row_count":
      return (
        <div className={classes.two}>
          <NumberField
            path={`${path}.min`}
            label="At least"
            min={0}
            value={check.min}
            onChange={(min) => onChange(defined({ ...check, min }) as GateCheck, `${path}.min`)}
          />
          <NumberField
            path={`${path}.max`}
            label="At most"
            min={0}
            value={check.max}
            onChange={(max) => onChange(defined({ ...check, max }) as GateCheck, `${path}.max`)}
          />
        </div>
      );
    case "volume_change":
      return (
        <div className={classes.two}>
          <NumberField
            path={`${path}.maxDrop`}
            label="Fewer by at most"
            min={0}
            max={100}
            suffix=" %"
            value={percent(check.maxDrop)}
            onChange={(value) => onChange(defined({ ...check, maxDrop: share(value) }) as GateCheck, `${path}.maxDrop`)}
          />
          <NumberField
            path={`${path}.maxGrowth`}
            label="More by at most"
            min={0}
            suffix=" %"
            value={percent(check.maxGrowth)}
            onChange={(value) => onChange(defined({ ...check, maxGrowth: share(value) }) as GateCheck, `${path}.maxGrowth`)}
          />
        </div>
      );
  }
}

export function GatePanel({ settings, set }: PanelProps<"gate">) {
  const { checks } = settings;
  return (
    <>
      <Field path="checks" label="Checks">
        <Rows name="check" rows={checks} max={100} onChange={(next) => set({ checks: next })} fresh={(): GateCheck => FRESH.not_null}>
          {(check, _change, index) => {
            const change = (next: GateCheck, going?: string) => set({ checks: checks.map((other, at) => (at === index ? next : other)) }, going);
            return (
              <div className={classes.stack}>
                <Pick
                  path={`checks.${index}.check`}
                  label={`Check ${index + 1}`}
                  bare
                  value={check.check}
                  options={CHECKS}
                  onChange={(kind) => change(FRESH[kind])}
                />
                <CheckFields path={`checks.${index}`} check={check} onChange={change} />
              </div>
            );
          }}
        </Rows>
      </Field>
      <Choice
        path="onFail"
        label="When a check does not hold"
        value={settings.onFail}
        options={[
          { value: "fail", label: "Fail", text: "Nothing is published; what readers see stays as it was." },
          { value: "quarantine", label: "Set aside", text: "The bad rows are kept apart, the others go on." },
          { value: "warn", label: "Warn", text: "All rows go on; the run ends with warnings." },
        ]}
        onChange={(onFail) => set({ onFail })}
      />
    </>
  );
}

function freshMask(kind: MaskKind): Mask {
  if (kind === "date_truncate") return { kind, unit: "month" };
  if (kind === "numeric_round") return { kind, digits: 2 };
  if (kind === "regex") return { kind, pattern: "\\d", replacement: "*" };
  return kind === "constant" ? { kind, value: "withheld" } : { kind };
}

const MASK_OPTIONS = MASK_KINDS.map((value) => ({ value, label: MASKS[value].title }));
const DATE_UNITS = ["month", "quarter", "year"].map((value) => ({ value: value as "month" | "quarter" | "year", label: value }));

function MaskSettings({ path, mask, onChange }: { readonly path: string; readonly mask: Mask; readonly onChange: (mask: Mask, going?: string) => void }) {
  if (mask.kind === "date_truncate")
    return <Pick path={`${path}.unit`} label="To its" value={mask.unit} options={DATE_UNITS} onChange={(unit) => onChange({ ...mask, unit })} />;
  if (mask.kind === "numeric_round")
    return (
      <NumberField
        path={`${path}.digits`}
        label="Digits that become zeros"
        min={1}
        max={15}
        value={mask.digits}
        onChange={(digits = 1) => onChange({ ...mask, digits })}
      />
    );
  if (mask.kind === "constant")
    return <TextField path={`${path}.value`} label="Shown instead" value={mask.value} onChange={(value) => onChange({ ...mask, value }, `${path}.value`)} />;
  if (mask.kind === "regex")
    return (
      <div className={classes.two}>
        <TextField
          path={`${path}.pattern`}
          label="Pattern"
          isCode
          value={mask.pattern}
          onChange={(pattern) => onChange({ ...mask, pattern }, `${path}.pattern`)}
        />
        <TextField
          path={`${path}.replacement`}
          label="Replaced by"
          isCode
          value={mask.replacement}
          onChange={(replacement) => onChange({ ...mask, replacement }, `${path}.replacement`)}
        />
      </div>
    );
  return null;
}

export function MaskPanel({ settings, set }: PanelProps<"mask">) {
  const columns = useColumns();
  const free = columns.find(({ name }) => !settings.columns.some(({ column }) => column === name));
  return (
    <Field path="columns" label="Columns and what is left of them" text="Done for good: what is masked here cannot be read again behind it.">
      <Rows
        name="column"
        rows={settings.columns}
        onChange={(next) => set({ columns: next })}
        fresh={() => ({ column: free?.name ?? "column", mask: { kind: "redact" } as Mask })}
      >
        {(row, change, index) => {
          const example = MASKS[row.mask.kind].example;
          return (
            <div className={classes.stack}>
              <div className={classes.two}>
                <ColumnSelect
                  path={`columns.${index}.column`}
                  spoken={`Column ${index + 1}`}
                  columns={columns}
                  value={row.column}
                  onChange={(column) => change({ column })}
                />
                <Pick
                  path={`columns.${index}.mask`}
                  label={`Mask of ${row.column}`}
                  bare
                  value={row.mask.kind}
                  options={MASK_OPTIONS}
                  onChange={(kind) => change({ mask: freshMask(kind) })}
                />
              </div>
              <MaskSettings path={`columns.${index}.mask`} mask={row.mask} onChange={(mask) => change({ mask })} />
              <p className={classes.text}>
                {example.value} is shown as {example.shown}
              </p>
            </div>
          );
        }}
      </Rows>
    </Field>
  );
}
