import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { catalogQuery } from "../../api/dataset-catalog.ts";
import { schemaQuery } from "../../api/dataset-schema.ts";
import { itemsOf } from "../../api/list.ts";
import { PersonSelect } from "./person-select.tsx";
import type { Named, Target } from "./policy-draft.ts";
import { NamedItems } from "./subjects-field.tsx";
import classes from "./policies.module.css";

type Kind = Target["kind"];

const KINDS: Readonly<Record<Kind, string>> = {
  workspace: "All datasets",
  dataset: "A dataset",
  column: "A column",
  dataset_tag: "Datasets with a label",
  column_tag: "Columns with a tag",
  owner: "Datasets of an owner",
};
const OF_COLUMNS: readonly Kind[] = ["column", "column_tag"];
const TYPING_MS = 200;

interface TargetsFieldProps {
  readonly value: readonly Named<Target>[];
  readonly onChange: (value: readonly Named<Target>[]) => void;
  /** Whole datasets are let in and filtered, never single columns. */
  readonly withoutColumns: boolean;
}

/** What a policy is about. */
export function TargetsField({ value, onChange, withoutColumns }: TargetsFieldProps) {
  const [asked, setKind] = useState<Kind>("dataset");
  const kind = withoutColumns && OF_COLUMNS.includes(asked) ? "dataset" : asked;
  const add = (item: Named<Target>) => {
    if (!value.some(({ text }) => text === item.text)) onChange([...value, item]);
  };
  return (
    <fieldset className={classes.part}>
      <legend>What</legend>
      <NamedItems items={value} onRemove={(item) => onChange(value.filter((other) => other !== item))} />
      <div className={classes.row}>
        <Select
          aria-label="What: kind"
          size="xs"
          allowDeselect={false}
          data={Object.entries(KINDS)
            .filter(([name]) => !(withoutColumns && OF_COLUMNS.includes(name as Kind)))
            .map(([name, text]) => ({ value: name, label: text }))}
          value={kind}
          onChange={(next) => setKind((next ?? kind) as Kind)}
        />
        <Choice key={kind} kind={kind} onAdd={add} />
      </div>
    </fieldset>
  );
}

interface ChoiceProps {
  readonly kind: Kind;
  readonly onAdd: (item: Named<Target>) => void;
}

function Choice({ kind, onAdd }: ChoiceProps) {
  switch (kind) {
    case "workspace":
      return (
        <Button className={classes.fixed ?? ""} variant="default" size="xs" onClick={() => onAdd({ value: { kind }, text: "all datasets" })}>
          Add all datasets
        </Button>
      );
    case "dataset":
      return <DatasetSelect onChoose={(id, name) => onAdd({ value: { kind, id: id as never }, text: name })} />;
    case "column":
      return <ColumnChoice onAdd={onAdd} />;
    case "dataset_tag":
      return <TextChoice label="Label" placeholder="finance" onAdd={(tag) => onAdd({ value: { kind, tag }, text: `label ${tag}` })} />;
    case "column_tag":
      return <TextChoice label="Tag" placeholder="pii.email" onAdd={(tag) => onAdd({ value: { kind, tag }, text: `columns tagged ${tag}` })} />;
    case "owner":
      return <PersonSelect label="What: owner" onChoose={({ id, name }) => onAdd({ value: { kind, userId: id as never }, text: `owned by ${name}` })} />;
  }
}

function DatasetSelect({ onChoose }: { readonly onChoose: (id: string, name: string) => void }) {
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed.trim(), TYPING_MS);
  const found = itemsOf(useInfiniteQuery(catalogQuery(q === "" ? {} : { q })).data);
  return (
    <Select
      aria-label="What: dataset"
      placeholder="Find a dataset"
      size="xs"
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      nothingFoundMessage="No such dataset"
      data={found.map(({ id, name }) => ({ value: id, label: name }))}
      value={null}
      onChange={(id) => {
        const dataset = found.find((item) => item.id === id);
        setTyped("");
        if (dataset !== undefined) onChoose(dataset.id, dataset.name);
      }}
    />
  );
}

function ColumnChoice({ onAdd }: Pick<ChoiceProps, "onAdd">) {
  const [dataset, setDataset] = useState<{ readonly id: string; readonly name: string }>();
  const schema = useQuery({ ...schemaQuery(dataset?.id ?? "", undefined, 0), enabled: dataset !== undefined });
  if (dataset === undefined) return <DatasetSelect onChoose={(id, name) => setDataset({ id, name })} />;
  const columns = schema.data?.columns ?? [];
  return (
    <Select
      aria-label={`What: column of ${dataset.name}`}
      placeholder={`Column of ${dataset.name}`}
      size="xs"
      searchable
      nothingFoundMessage="No such column"
      data={columns.map(({ id, name }) => ({ value: String(id), label: name }))}
      value={null}
      onChange={(id) => {
        const column = columns.find((item) => String(item.id) === id);
        if (column === undefined) return;
        onAdd({ value: { kind: "column", datasetId: dataset.id as never, fieldId: column.id }, text: `${dataset.name} › ${column.name}` });
      }}
    />
  );
}

interface TextChoiceProps {
  readonly label: string;
  readonly placeholder: string;
  readonly onAdd: (text: string) => void;
}

function TextChoice({ label, placeholder, onAdd }: TextChoiceProps) {
  const [text, setText] = useState("");
  return (
    <>
      <TextInput
        aria-label={`What: ${label.toLowerCase()}`}
        placeholder={placeholder}
        size="xs"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button
        className={classes.fixed ?? ""}
        variant="default"
        size="xs"
        disabled={text.trim() === ""}
        onClick={() => {
          onAdd(text.trim());
          setText("");
        }}
      >
        Add
      </Button>
    </>
  );
}
