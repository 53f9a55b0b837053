import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import Search from "lucide-react/icons/search";
import X from "lucide-react/icons/x";
import { type ReactNode, useState } from "react";
import classes from "./filter-bar.module.css";

export interface ChoiceFilter {
  readonly kind: "choice";
  readonly name: string;
  readonly label: string;
  /** What is said when nothing is chosen. */
  readonly any: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

export interface TextFilter {
  readonly kind: "text";
  readonly name: string;
  readonly label: string;
}

type FilterValues = Readonly<Record<string, string | undefined>>;

interface FilterBarProps {
  readonly filters: readonly (ChoiceFilter | TextFilter)[];
  /** The values in the page's address. */
  readonly values: FilterValues;
  readonly onChange: (change: FilterValues) => void;
  readonly children?: ReactNode;
}

const TYPING_MS = 250;

/** The one row of filters above a list. Its values live in the address, so that a view can be shared and back works. */
export function FilterBar({ filters, values, onChange, children }: FilterBarProps) {
  const active = filters.filter(({ name }) => values[name] !== undefined);
  return (
    <search className={classes.bar} aria-label="Filters">
      {filters.map((filter) =>
        filter.kind === "text" ? (
          <SearchField
            key={filter.name}
            label={filter.label}
            value={values[filter.name] ?? ""}
            onChange={(text) => onChange({ [filter.name]: text === "" ? undefined : text })}
          />
        ) : (
          <Select
            key={filter.name}
            aria-label={filter.label}
            className={classes.choice}
            size="xs"
            placeholder={filter.any}
            data={[...filter.options]}
            value={values[filter.name] ?? null}
            onChange={(value) => onChange({ [filter.name]: value ?? undefined })}
            clearable
            clearButtonProps={{ "aria-label": `Clear ${filter.label.toLowerCase()}` }}
            searchable={filter.options.length > 8}
            comboboxProps={{ width: "max-content", position: "bottom-start" }}
          />
        ),
      )}
      {children}
      {active.length > 0 && (
        <Button
          variant="subtle"
          color="gray"
          size="xs"
          leftSection={<X size={13} />}
          onClick={() => onChange(Object.fromEntries(active.map(({ name }) => [name, undefined])))}
        >
          Clear
        </Button>
      )}
    </search>
  );
}

/** A search field that waits for a pause in typing. */
function SearchField({ label, value, onChange }: { readonly label: string; readonly value: string; readonly onChange: (text: string) => void }) {
  const [text, setText] = useState(value);
  const [shown, setShown] = useState(value);
  if (shown !== value) {
    setShown(value);
    setText(value);
  }
  const settle = useDebouncedCallback(onChange, TYPING_MS);
  return (
    <TextInput
      type="search"
      className={classes.search}
      size="xs"
      aria-label={label}
      placeholder={label}
      leftSection={<Search size={14} aria-hidden="true" />}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        settle(event.currentTarget.value.trim());
      }}
    />
  );
}
