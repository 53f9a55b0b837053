import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { itemsOf } from "../../api/list.ts";
import { peopleQuery } from "../../api/people.ts";

const TYPING_MS = 200;

interface PersonSelectProps {
  readonly label: string;
  readonly onChoose: (person: { readonly id: string; readonly name: string }) => void;
  /** Says the label above the field instead of to screen readers alone. */
  readonly isLabelled?: boolean;
}

/** One of the workspace's people, found by name or e-mail address. */
export function PersonSelect({ label, onChoose, isLabelled = false }: PersonSelectProps) {
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed.trim(), TYPING_MS);
  const found = itemsOf(useInfiniteQuery({ ...peopleQuery(search === "" ? {} : { search }), placeholderData: keepPreviousData }).data);
  return (
    <Select
      {...(isLabelled ? { label } : { "aria-label": label })}
      placeholder="Name or e-mail address"
      size="xs"
      searchable
      clearable={false}
      searchValue={typed}
      onSearchChange={setTyped}
      nothingFoundMessage="Nobody is called that"
      filter={({ options }) => options}
      data={found.map(({ id, name, email }) => ({ value: id, label: `${name} (${email})` }))}
      value={null}
      onChange={(id) => {
        const person = found.find((item) => item.id === id);
        setTyped("");
        if (person !== undefined) onChoose({ id: person.id, name: person.name });
      }}
    />
  );
}
