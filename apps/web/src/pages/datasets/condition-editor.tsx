import type { Column, FilterCondition, FilterOperator } from "@granary/protocol";
import { Button, Select, TagsInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { arityOf, operatorsOf, wordsOf } from "./conditions.ts";
import classes from "./rows.module.css";

interface EditorProps {
  readonly columns: readonly Column[];
  readonly condition: FilterCondition | undefined;
  readonly onDone: (condition: FilterCondition) => void;
}

interface Draft {
  readonly column: string;
  readonly op: FilterOperator;
  readonly values: readonly string[];
}

const SAMPLES: Partial<Readonly<Record<Column["type"], string>>> = {
  date: "2026-01-31",
  timestamp: "2026-01-31 12:00:00",
  integer: "10",
  decimal: "9.50",
  number: "0.5",
};

function draftOf(condition: FilterCondition | undefined, columns: readonly Column[]): Draft {
  if (condition !== undefined) {
    return { column: condition.column, op: condition.op, values: condition.values ?? (condition.value === undefined ? [] : [condition.value]) };
  }
  const first = columns[0];
  return { column: first?.name ?? "", op: operatorsOf(first?.type ?? "text")[0] ?? "eq", values: first?.type === "boolean" ? ["true"] : [] };
}

function conditionOf({ column, op, values }: Draft): FilterCondition {
  const arity = arityOf(op);
  if (arity === "none") return { column, op };
  if (arity === "one") return { column, op, value: values[0] ?? "" };
  return { column, op, values: arity === "two" ? [values[0] ?? "", values[1] ?? ""] : values };
}

/** One condition: a column, what is asked of it, and the values it is compared with. */
export function ConditionEditor({ columns, condition, onDone }: EditorProps) {
  const [draft, setDraft] = useState(() => draftOf(condition, columns));
  const type = columns.find(({ name }) => name === draft.column)?.type ?? "text";
  const chooseColumn = (name: string | null) => {
    const column = columns.find((entry) => entry.name === name);
    if (column === undefined) return;
    const operators = operatorsOf(column.type);
    const op = operators.includes(draft.op) ? draft.op : (operators[0] ?? "eq");
    setDraft({ column: column.name, op, values: column.type === "boolean" ? ["true"] : [] });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // The editor stands in a portal, but React passes its events on to the page's own forms.
    event.stopPropagation();
    onDone(conditionOf(draft));
  };
  return (
    <form className={classes.editor} onSubmit={submit}>
      <Select
        label="Column"
        size="xs"
        searchable
        allowDeselect={false}
        data={columns.map(({ name }) => name)}
        value={draft.column}
        onChange={chooseColumn}
        comboboxProps={{ withinPortal: false }}
      />
      <Select
        label="Condition"
        size="xs"
        allowDeselect={false}
        data={operatorsOf(type).map((op) => ({ value: op, label: wordsOf(op, type) }))}
        value={draft.op}
        onChange={(op) => setDraft({ ...draft, op: (op ?? draft.op) as FilterOperator })}
        comboboxProps={{ withinPortal: false }}
      />
      <Values type={type} draft={draft} onChange={(values) => setDraft({ ...draft, values })} />
      <div className={classes.editorEnd}>
        <Button type="submit" size="xs" disabled={arityOf(draft.op) === "many" && draft.values.length === 0}>
          {condition === undefined ? "Add filter" : "Change filter"}
        </Button>
      </div>
    </form>
  );
}

interface ValuesProps {
  readonly type: Column["type"];
  readonly draft: Draft;
  readonly onChange: (values: readonly string[]) => void;
}

function Values({ type, draft, onChange }: ValuesProps) {
  const arity = arityOf(draft.op);
  const [first = "", second = ""] = draft.values;
  const placeholder = SAMPLES[type];
  const field = type === "date" ? "date" : "text";
  if (arity === "none") return null;
  if (arity === "many")
    return <TagsInput label="Values" size="xs" description="Enter after each" value={[...draft.values]} onChange={onChange} splitChars={[]} />;
  if (type === "boolean") {
    const data = ["true", "false"];
    return (
      <Select
        label="Value"
        size="xs"
        data={data}
        value={first}
        allowDeselect={false}
        onChange={(value) => onChange([value ?? "true"])}
        comboboxProps={{ withinPortal: false }}
      />
    );
  }
  return (
    <>
      <TextInput
        label={arity === "two" ? "From" : "Value"}
        size="xs"
        type={field}
        placeholder={placeholder}
        value={first}
        onChange={(event) => onChange([event.currentTarget.value, second])}
        data-autofocus
      />
      {arity === "two" && <TextInput label="To" size="xs" type={field} value={second} onChange={(event) => onChange([first, event.currentTarget.value])} />}
    </>
  );
}
