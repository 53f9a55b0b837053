import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { catalogQuery } from "../../api/dataset-catalog.ts";
import { schemaQuery } from "../../api/dataset-schema.ts";
import { itemsOf } from "../../api/list.ts";

const TYPING_MS = 200;

interface ChosenDataset {
  readonly id: string;
  readonly name: string;
}

/** Finds a dataset by typing; empty again once one is chosen. */
export function DatasetSelect({ label, onChoose }: { readonly label: string; readonly onChoose: (dataset: ChosenDataset) => void }) {
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed.trim(), TYPING_MS);
  const found = itemsOf(useInfiniteQuery(catalogQuery(q === "" ? {} : { q })).data);
  return (
    <Select
      aria-label={label}
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
        if (dataset !== undefined) onChoose(dataset);
      }}
    />
  );
}

interface ColumnSelectProps {
  readonly label: string;
  readonly onChoose: (dataset: ChosenDataset, column: { readonly id: number; readonly name: string }) => void;
}

/** Finds a dataset, then one of its columns. */
export function ColumnSelect({ label, onChoose }: ColumnSelectProps) {
  const [dataset, setDataset] = useState<ChosenDataset>();
  const schema = useQuery({ ...schemaQuery(dataset?.id ?? "", undefined, 0), enabled: dataset !== undefined });
  if (dataset === undefined) return <DatasetSelect label={label.replace("column", "dataset")} onChoose={setDataset} />;
  const columns = schema.data?.columns ?? [];
  return (
    <Select
      aria-label={`${label} of ${dataset.name}`}
      placeholder={`Column of ${dataset.name}`}
      size="xs"
      searchable
      nothingFoundMessage="No such column"
      data={columns.map(({ id, name }) => ({ value: String(id), label: name }))}
      value={null}
      onChange={(id) => {
        const column = columns.find((item) => String(item.id) === id);
        if (column !== undefined) onChoose(dataset, column);
      }}
    />
  );
}
