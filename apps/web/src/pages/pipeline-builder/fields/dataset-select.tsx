import { Autocomplete, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { catalogQuery } from "../../../api/dataset-catalog.ts";
import { itemsOf } from "../../../api/list.ts";
import { useFaultText, usePanel } from "../panels/panel-context.ts";

const TYPING_MS = 200;

function useDatasets(search: string) {
  const [q] = useDebouncedValue(search.trim(), TYPING_MS);
  const { data, isPending } = useInfiniteQuery(catalogQuery(q === "" ? {} : { q }));
  return { names: [...new Set(itemsOf(data).map(({ name }) => name))], isPending };
}

interface DatasetSelectProps {
  readonly path: string;
  readonly label: string;
  readonly description?: string;
  readonly value: string;
  readonly onChange: (name: string) => void;
}

/** A dataset that is there. */
export function DatasetSelect({ path, label, value, onChange }: DatasetSelectProps) {
  const { mayEdit } = usePanel();
  const [search, setSearch] = useState("");
  const { names, isPending } = useDatasets(search === value ? "" : search);
  const error = useFaultText(path);
  return (
    <Select
      size="xs"
      data-path={path}
      label={label}
      placeholder="Search datasets"
      readOnly={!mayEdit}
      searchable
      allowDeselect={false}
      searchValue={search}
      onSearchChange={setSearch}
      filter={({ options }) => options}
      nothingFoundMessage={isPending ? "Looking…" : "No dataset of this name that you may read"}
      data={names.includes(value) || value === "" ? names : [value, ...names]}
      value={value === "" ? null : value}
      onChange={(name) => name !== null && onChange(name)}
      {...(error === undefined ? {} : { error })}
    />
  );
}

/** A dataset that is there, or the name of one the first run makes. */
export function DatasetName({ path, label, description, value, onChange }: DatasetSelectProps) {
  const { mayEdit } = usePanel();
  const { names } = useDatasets(value);
  const error = useFaultText(path);
  const isNew = value !== "" && !names.includes(value);
  return (
    <Autocomplete
      size="xs"
      data-path={path}
      label={label}
      description={isNew ? "A new dataset of this name, unless there is one you may not read." : description}
      inputWrapperOrder={["label", "input", "description", "error"]}
      placeholder="Choose a dataset, or name a new one"
      readOnly={!mayEdit}
      data={names}
      filter={({ options }) => options}
      value={value}
      onChange={onChange}
      {...(error === undefined ? {} : { error })}
    />
  );
}
