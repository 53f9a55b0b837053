import type { GraphColumn } from "@granary/protocol";
import { MultiSelect, Select } from "@mantine/core";
import { useFaultText } from "../panels/panel-context.ts";
import classes from "./fields.module.css";

interface ColumnSelectProps {
  readonly path: string;
  readonly label?: string;
  /** For a field without a visible label. */
  readonly spoken?: string;
  readonly description?: string;
  readonly placeholder?: string;
  readonly columns: readonly GraphColumn[];
  readonly value: string | undefined;
  readonly onChange: (name: string) => void;
  readonly onClear?: () => void;
  readonly disabled?: boolean;
}

/** The columns to choose from; one that is chosen and not there stays to be seen. */
function choices(columns: readonly GraphColumn[], chosen: readonly string[]) {
  const known = new Set(columns.map(({ name }) => name));
  return [
    ...columns.map(({ name }) => ({ value: name, label: name })),
    ...[...new Set(chosen)].filter((name) => name !== "" && !known.has(name)).map((name) => ({ value: name, label: name })),
  ];
}

/** A column with its type beside. */
function Option({ name, columns }: { readonly name: string; readonly columns: readonly GraphColumn[] }) {
  return (
    <span className={classes.option}>
      <span>{name}</span>
      <span>{columns.find((column) => column.name === name)?.type}</span>
    </span>
  );
}

const NOTHING = "No column comes in yet: connect an input";

/** One column of an input. */
export function ColumnSelect({ path, label, spoken, columns, value, onChange, onClear, ...rest }: ColumnSelectProps) {
  const error = useFaultText(path);
  return (
    <Select
      {...rest}
      size="xs"
      data-path={path}
      {...(label === undefined ? { "aria-label": spoken ?? "Column" } : { label })}
      placeholder={rest.placeholder ?? "Choose a column"}
      data={choices(columns, value === undefined ? [] : [value])}
      value={value === undefined || value === "" ? null : value}
      onChange={(name) => (name === null ? onClear?.() : onChange(name))}
      renderOption={({ option }) => <Option name={option.value} columns={columns} />}
      searchable
      clearable={onClear !== undefined}
      allowDeselect={false}
      nothingFoundMessage={columns.length === 0 ? NOTHING : "No column of this name"}
      {...(error === undefined ? {} : { error })}
    />
  );
}

interface ColumnsSelectProps {
  readonly path: string;
  readonly label: string;
  readonly description?: string;
  readonly columns: readonly GraphColumn[];
  readonly value: readonly string[];
  readonly onChange: (names: string[]) => void;
  readonly placeholder?: string;
}

/** Some columns of an input, in the order they were chosen. */
export function ColumnsSelect({ path, columns, value, onChange, placeholder = "Choose columns", ...rest }: ColumnsSelectProps) {
  const error = useFaultText(path);
  return (
    <MultiSelect
      {...rest}
      size="xs"
      data-path={path}
      placeholder={value.length === 0 ? placeholder : ""}
      data={choices(columns, value)}
      value={[...value]}
      onChange={onChange}
      searchable
      clearable
      hidePickedOptions
      nothingFoundMessage={columns.length === 0 ? NOTHING : "No column of this name"}
      renderOption={({ option }) => <Option name={option.value} columns={columns} />}
      {...(error === undefined ? {} : { error })}
    />
  );
}
