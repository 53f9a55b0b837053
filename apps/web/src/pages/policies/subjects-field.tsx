import { BUILT_IN_ROLE_NAMES, type Permission, PERMISSION_NAMES } from "@granary/protocol";
import { Button, Pill, Select, TextInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { groupsQuery } from "../../api/groups.ts";
import { itemsOf } from "../../api/list.ts";
import { PersonSelect } from "./person-select.tsx";
import { EVERYONE, type Named, type Subject } from "./policy-draft.ts";
import classes from "./policies.module.css";

type Kind = Subject["kind"];

const KINDS: Readonly<Record<Exclude<Kind, "api_key">, string>> = {
  everyone: "Everyone",
  user: "A person",
  group: "A group",
  role: "A role",
  permission: "Holders of a permission",
  attribute: "People with an attribute",
};

interface SubjectsFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly value: readonly Named<Subject>[];
  readonly onChange: (value: readonly Named<Subject>[]) => void;
  /** Everyone is nobody's exception. */
  readonly withoutEveryone?: boolean;
}

/** Whom a policy is about: what was added so far, and a way to add more. */
export function SubjectsField({ label, hint, value, onChange, withoutEveryone = false }: SubjectsFieldProps) {
  const [kind, setKind] = useState<Exclude<Kind, "api_key">>(withoutEveryone ? "group" : "everyone");
  const add = (item: Named<Subject>) => {
    if (!value.some(({ text }) => text === item.text)) onChange([...value, item]);
  };
  const offered = Object.entries(KINDS).filter(([name]) => !(withoutEveryone && name === "everyone"));
  return (
    <fieldset className={classes.part}>
      <legend>{label}</legend>
      <p className={classes.hint}>{hint}</p>
      <NamedItems items={value} onRemove={(item) => onChange(value.filter((other) => other !== item))} />
      <div className={classes.row}>
        <Select
          aria-label={`${label}: kind`}
          size="xs"
          allowDeselect={false}
          data={offered.map(([name, text]) => ({ value: name, label: text }))}
          value={kind}
          onChange={(next) => setKind((next ?? kind) as typeof kind)}
        />
        <Choice key={kind} kind={kind} label={label} onAdd={add} />
      </div>
    </fieldset>
  );
}

interface NamedProps<T> {
  readonly items: readonly Named<T>[];
  readonly onRemove: (item: Named<T>) => void;
}

/** What was added, each to be taken away again. */
export function NamedItems<T>({ items, onRemove }: NamedProps<T>) {
  return (
    <div className={classes.pills}>
      {items.map((item) => (
        <Pill
          key={item.text}
          withRemoveButton
          onRemove={() => onRemove(item)}
          removeButtonProps={{ "aria-label": `Remove ${item.text}`, "aria-hidden": false, tabIndex: 0 }}
        >
          {item.text}
        </Pill>
      ))}
    </div>
  );
}

interface ChoiceProps {
  readonly kind: Exclude<Kind, "api_key">;
  readonly label: string;
  readonly onAdd: (item: Named<Subject>) => void;
}

function Choice({ kind, label, onAdd }: ChoiceProps) {
  switch (kind) {
    case "everyone":
      return (
        <Button className={classes.fixed ?? ""} variant="default" size="xs" onClick={() => onAdd(EVERYONE)}>
          Add everyone
        </Button>
      );
    case "user":
      return <PersonSelect label={`${label}: person`} onChoose={({ id, name }) => onAdd({ value: { kind, id: id as never }, text: name })} />;
    case "group":
      return <GroupSelect label={`${label}: group`} onChoose={(id, name) => onAdd({ value: { kind, id: id as never }, text: `group ${name}` })} />;
    case "role":
      return <OneOf label={`${label}: role`} data={BUILT_IN_ROLE_NAMES} onChoose={(name) => onAdd({ value: { kind, name }, text: `role ${name}` })} />;
    case "permission":
      return (
        <OneOf
          label={`${label}: permission`}
          data={PERMISSION_NAMES}
          onChoose={(name) => onAdd({ value: { kind, name: name as Permission }, text: `holders of ${name}` })}
        />
      );
    case "attribute":
      return <Attribute label={label} onAdd={(name, value) => onAdd({ value: { kind, name, value }, text: `${name} = ${value}` })} />;
  }
}

interface OneOfProps {
  readonly label: string;
  readonly data: readonly string[];
  readonly onChoose: (value: string) => void;
}

function OneOf({ label, data, onChoose }: OneOfProps) {
  return (
    <Select
      aria-label={label}
      placeholder="Choose"
      size="xs"
      searchable
      data={[...data]}
      value={null}
      onChange={(chosen) => chosen !== null && onChoose(chosen)}
    />
  );
}

function GroupSelect({ label, onChoose }: { readonly label: string; readonly onChoose: (id: string, name: string) => void }) {
  const groups = itemsOf(useInfiniteQuery(groupsQuery()).data);
  return (
    <Select
      aria-label={label}
      placeholder="Choose a group"
      size="xs"
      searchable
      nothingFoundMessage="No such group"
      data={groups.map(({ id, name }) => ({ value: id, label: name }))}
      value={null}
      onChange={(id) => id !== null && onChoose(id, groups.find((group) => group.id === id)?.name ?? id)}
    />
  );
}

function Attribute({ label, onAdd }: { readonly label: string; readonly onAdd: (name: string, value: string) => void }) {
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  return (
    <>
      <TextInput aria-label={`${label}: attribute`} placeholder="department" size="xs" value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <TextInput aria-label={`${label}: value`} placeholder="sales" size="xs" value={value} onChange={(event) => setValue(event.currentTarget.value)} />
      <Button
        className={classes.fixed ?? ""}
        variant="default"
        size="xs"
        disabled={name.trim() === "" || value.trim() === ""}
        onClick={() => {
          onAdd(name.trim(), value.trim());
          setName("");
          setValue("");
        }}
      >
        Add
      </Button>
    </>
  );
}
