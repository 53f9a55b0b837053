import { Autocomplete, Button, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { columnTagsQuery } from "../../api/member-access.ts";
import { ColumnSelect, DatasetSelect } from "./dataset-select.tsx";
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
      return <DatasetSelect label="What: dataset" onChoose={({ id, name }) => onAdd({ value: { kind, id: id as never }, text: name })} />;
    case "column":
      return <ColumnChoice onAdd={onAdd} />;
    case "dataset_tag":
      return <TextChoice label="Label" placeholder="finance" onAdd={(tag) => onAdd({ value: { kind, tag }, text: `label ${tag}` })} />;
    case "column_tag":
      return <TagChoice onAdd={(tag) => onAdd({ value: { kind, tag }, text: `columns tagged ${tag}` })} />;
    case "owner":
      return <PersonSelect label="What: owner" onChoose={({ id, name }) => onAdd({ value: { kind, userId: id as never }, text: `owned by ${name}` })} />;
  }
}

function ColumnChoice({ onAdd }: Pick<ChoiceProps, "onAdd">) {
  return (
    <ColumnSelect
      label="What: column"
      onChoose={(dataset, column) =>
        onAdd({ value: { kind: "column", datasetId: dataset.id as never, fieldId: column.id }, text: `${dataset.name} › ${column.name}` })
      }
    />
  );
}

interface TextChoiceProps {
  readonly label: string;
  readonly placeholder: string;
  /** What is offered; anything else can be typed. */
  readonly known?: readonly string[];
  readonly onAdd: (text: string) => void;
}

/** Tags that columns have are offered, the most frequent first. */
function TagChoice({ onAdd }: Pick<TextChoiceProps, "onAdd">) {
  const { data } = useQuery(columnTagsQuery());
  return <TextChoice label="Tag" placeholder="pii.email" known={data?.tags.map(({ tag }) => tag) ?? []} onAdd={onAdd} />;
}

function TextChoice({ label, placeholder, known = [], onAdd }: TextChoiceProps) {
  const [text, setText] = useState("");
  return (
    <>
      <Autocomplete aria-label={`What: ${label.toLowerCase()}`} placeholder={placeholder} size="xs" data={[...known]} value={text} onChange={setText} />
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
