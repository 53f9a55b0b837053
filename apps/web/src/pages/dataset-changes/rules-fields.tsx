import type { ChangeRulesInput } from "@granary/protocol";
import { ActionIcon, Button, Checkbox, MultiSelect, NumberInput, Select, TextInput } from "@mantine/core";
import Trash2 from "lucide-react/icons/trash-2";
import type { ReactNode } from "react";
import classes from "./dataset-changes.module.css";

type Options = readonly { readonly value: string; readonly label: string }[];

interface ListProps<T> {
  readonly value: readonly T[];
  readonly columns: readonly string[];
  readonly onChange: (value: T[]) => void;
}

interface EntriesProps<T> extends Pick<ListProps<T>, "value" | "onChange"> {
  readonly add: string;
  /** What a new entry starts as; undefined while none can be added. */
  readonly start: T | undefined;
  readonly name: (index: number) => string;
  readonly entry: (item: T, onItem: (part: Partial<T>) => void) => ReactNode;
}

/** A list of things that are edited in place, added and removed. */
function Entries<T extends object>({ value, onChange, add, start, name, entry }: EntriesProps<T>) {
  const edit = (index: number, part: Partial<T>) => onChange(value.map((item, at) => (at === index ? { ...item, ...part } : item)));
  return (
    <>
      {value.map((item, index) => (
        // Entries have no identity but their place while they are edited.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <div key={index} className={classes.entry}>
          {entry(item, (part) => edit(index, part))}
          <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${name(index)}`} onClick={() => onChange(value.filter((_item, at) => at !== index))}>
            <Trash2 size={15} />
          </ActionIcon>
        </div>
      ))}
      {start !== undefined && (
        <div>
          <Button size="compact-sm" variant="default" onClick={() => onChange([...value, start])}>
            {add}
          </Button>
        </div>
      )}
    </>
  );
}

type Owner = ChangeRulesInput["owners"][number];

/** Groups that answer for columns, by name or by tag. */
export function OwnersField({ value, columns, groups, onChange }: ListProps<Owner> & { readonly groups: Options }) {
  const [first] = groups;
  if (first === undefined && value.length === 0) return <p className={classes.text}>There is no group yet; make one under Groups first.</p>;
  return (
    <Entries
      value={value}
      onChange={onChange}
      add="Add an owner"
      start={first === undefined ? undefined : { columns: [], tag: null, groupId: first.value as Owner["groupId"] }}
      name={(index) => `owner ${index + 1}`}
      entry={(owner, onOwner) => (
        <>
          <MultiSelect
            aria-label="Columns"
            placeholder={owner.columns.length === 0 ? "Columns" : undefined}
            data={columns}
            value={owner.columns}
            searchable
            onChange={(chosen) => onOwner({ columns: chosen })}
          />
          <TextInput
            aria-label="Or a tag"
            placeholder="or a tag"
            value={owner.tag ?? ""}
            onChange={(event) => onOwner({ tag: event.currentTarget.value.trim() || null })}
          />
          <Select
            aria-label="Group"
            data={[...groups]}
            value={owner.groupId}
            allowDeselect={false}
            onChange={(value_) => onOwner({ groupId: (value_ ?? owner.groupId) as Owner["groupId"] })}
          />
        </>
      )}
    />
  );
}

/** Shares as people write them, without the dust of binary fractions. */
const asPercent = (share: number): number => Number((share * 100).toPrecision(12));
const asShare = (percent: number): number => Number((percent / 100).toPrecision(12));

type Comparison = ChangeRulesInput["comparisons"][number];

/** What is not looked at when the values of a column are compared. */
export function ComparisonsField({ value, columns, onChange }: ListProps<Comparison>) {
  const left = columns.filter((name) => !value.some(({ column }) => column === name));
  const [next] = left;
  return (
    <Entries
      value={value}
      onChange={onChange}
      add="Add a column"
      start={next === undefined ? undefined : { column: next, trim: true, collapseSpaces: false, ignoreCase: false }}
      name={(index) => `the rule of ${value[index]?.column ?? "a column"}`}
      entry={(rule, onRule) => (
        <>
          <Select
            aria-label="Column"
            data={[rule.column, ...left]}
            value={rule.column}
            allowDeselect={false}
            searchable
            onChange={(column) => onRule({ column: column ?? rule.column })}
          />
          <span className={classes.checks}>
            <Checkbox size="xs" label="Spaces at the ends" checked={rule.trim} onChange={(event) => onRule({ trim: event.currentTarget.checked })} />
            <Checkbox
              size="xs"
              label="Repeated spaces"
              checked={rule.collapseSpaces}
              onChange={(event) => onRule({ collapseSpaces: event.currentTarget.checked })}
            />
            <Checkbox size="xs" label="Letter case" checked={rule.ignoreCase} onChange={(event) => onRule({ ignoreCase: event.currentTarget.checked })} />
          </span>
          <NumberInput
            aria-label="Numbers that differ by no more"
            placeholder="Tolerance"
            min={0}
            value={rule.absoluteTolerance ?? ""}
            onChange={(tolerance) => onRule({ absoluteTolerance: typeof tolerance === "number" ? tolerance : undefined })}
          />
          <NumberInput
            aria-label="Numbers that differ by no more percent"
            placeholder="Tolerance in %"
            min={0}
            max={100}
            suffix=" %"
            value={rule.relativeTolerance === undefined ? "" : asPercent(rule.relativeTolerance)}
            onChange={(percent) => onRule({ relativeTolerance: typeof percent === "number" ? asShare(percent) : undefined })}
          />
        </>
      )}
    />
  );
}

/** Columns whose cells are changed together. */
export function ColumnGroupsField({ value, columns, onChange }: ListProps<string[]>) {
  return (
    <Entries
      value={value.map((names) => ({ names }))}
      onChange={(groups) => onChange(groups.map(({ names }) => names))}
      add="Add a group of columns"
      start={{ names: [] }}
      name={(index) => `group ${index + 1}`}
      entry={({ names }, onGroup) => (
        <MultiSelect
          aria-label="Columns of the group"
          placeholder={names.length === 0 ? "At least two columns" : undefined}
          data={columns}
          value={names}
          searchable
          onChange={(chosen) => onGroup({ names: chosen })}
        />
      )}
    />
  );
}
